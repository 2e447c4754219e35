"""``python -m rnn_notes.experiments NAME`` runs an experiment on all cores, or on a Dask cluster, and records it."""

import argparse
import importlib
import os
import sys

from rnn_notes.datasets import DataError
from rnn_notes.experiments import NAMES, executors, runner

MAX_SEEDS = 10_000


def main() -> int:
    """Run, showing how far it is, and say where the record is."""
    parser = argparse.ArgumentParser(prog="python -m rnn_notes.experiments", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--seeds", type=int, metavar="N", help="run the seeds 0 to N − 1, not as many as recorded")
    parser.add_argument("--replace", action="store_true", help="even if the record has seeds that are not run again")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster, for example tcp://127.0.0.1:8786")
    arguments = parser.parse_args()
    experiment = importlib.import_module(f"rnn_notes.experiments.{arguments.name}")
    seeds = experiment.SEEDS if arguments.seeds is None else arguments.seeds
    if not 1 <= seeds <= MAX_SEEDS:
        parser.error(f"--seeds is {seeds} but 1 to {MAX_SEEDS} are expected")
    try:
        given = arguments.scheduler is not None
        with executors.dask(arguments.scheduler) if given else executors.processes() as executor:
            file = runner.run(experiment, range(seeds), executor, replace=arguments.replace)
    except KeyboardInterrupt:
        print("\nstopped; finished seeds are kept, and the same command resumes from there", file=sys.stderr)
        return 130
    except (runner.RunError, DataError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error}; finished seeds are kept, and the same command resumes from there", file=sys.stderr)
        return 1
    print(f"recorded in {os.path.relpath(file)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
