// Browsers start no worker from a file. There the search runs in a hidden frame instead, which the theme uses alike.
if (location.protocol === "file:") {
    window.Worker = class extends EventTarget {
        constructor(url) {
            super();
            const frame = document.createElement("iframe");
            frame.hidden = true;
            document.body.append(frame);
            this.inside = frame.contentWindow;
            this.inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
            const script = frame.contentDocument.createElement("script");
            this.loaded = new Promise((resolve) => script.addEventListener("load", resolve));
            script.src = url;
            frame.contentDocument.body.append(script);
        }

        async postMessage(data) {
            await this.loaded;
            this.inside.dispatchEvent(new MessageEvent("message", { data }));
        }
    };
}
