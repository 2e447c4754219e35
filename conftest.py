"""The pages are tested by the plugin that the package brings for every project; here it need not be installed."""

pytest_plugins = ["rnn_notes.pytest_plugin", "pytester"]
