/* <rnn-surface>: the surface f(x, y) = y² − 2y cos x, to be turned, and a ball that gradient descent rolls down. */

customElements.whenDefined("rnn-widget").then((Widget) => {
  if (customElements.get("rnn-surface")) return;

  const { maths, number } = Widget;
  const { abs, cos, hypot, max, min, round, sin, sqrt } = Math;
  const f = (x, y) => y * y - 2 * y * cos(x);
  const gradient = (x, y) => [2 * y * sin(x), 2 * y - 2 * cos(x)];

  const AT_REST = 1e-3; // length of the gradient
  const ENOUGH = 200; // steps
  const PACE = 70; // milliseconds a step

  // Over the ground, x from −6 to 6 and y from −3 to 3, heights go from −1 to 15. It is drawn 2 wide and 1 deep.
  const FLOOR = -0.45;
  const place = (x, y) => [x / 6, y / 6, FLOOR * (1 - (f(x, y) + 1) / 8)];
  const FACETS = { x: 40, y: 20 };
  const VALLEY = Array.from({ length: 121 }, (_, i) => i / 10 - 6).map((x) => [x, cos(x)]);

  const FROM_THE_SIDE = { azimuth: -64, elevation: 42 }; // degrees, as in the static figure
  const FROM_ABOVE = { azimuth: -90, elevation: 90 }; // x to the right, y up

  // names along the axes: where, what, and how it looks
  const NAMES = {
    x: [[-0.9, "−6", "dim"], [0, "x", "var maths x"], [0.9, "6", "dim"]],
    y: [[-0.4, "−3", "dim"], [0, "y", "var maths y"], [0.4, "3", "dim"]],
  };
  const letter = { x: `<var class="x">x</var>`, y: `<var class="y">y</var>` };
  const slopes = { x: `2${letter.y} sin ${letter.x}`, y: `2${letter.y} − 2 cos ${letter.x}` };

  class Surface extends Widget {
    static label = "A surface that you turn, and a ball that rolls down on it";

    static html = `
      <svg tabindex="0" role="application" aria-label="The surface. Arrow keys turn it.">
        <g id="ground"></g><g id="valley"></g><g id="ball"></g></svg>
      <div class="row">
        <button id="roll">roll</button>
        <button id="step">step</button>
        <button id="reset">reset</button>
        <button id="view"></button>
      </div>
      ${Widget.slider("size", "step size", "grad", { min: 0.01, max: 1, step: 0.01 })}
      <p id="height"></p>
      <div id="descent"><p id="slopes"></p><p id="next"></p></div>
      <p id="words"></p>`;

    static css = `
      svg { cursor: grab; overflow: hidden; touch-action: pan-y }
      svg:active { cursor: grabbing }
      #ground { stroke: color-mix(in srgb, var(--h) 90%, var(--paper)); stroke-width: 0.4 }
      polygon { stroke-linejoin: round }
      .row { gap: 0.5em }
      #roll { min-width: 5em }
      #view { margin-left: auto; min-width: 8.6em }
      #descent { white-space: nowrap }
      @media (min-width: 45em) { #descent { display: grid; grid-template-columns: 18.2em auto } }
    `;

    start({ start, step_size }) {
      Object.assign(this, { first: start, path: [start], size: step_size, ...FROM_THE_SIDE });
      this.build();
      const on = (selector, type, act) => this.$(selector).addEventListener(type, act);
      on("#roll", "click", () => (this.rolling ? this.stop() : this.roll()));
      on("#step", "click", () => this.advance());
      on("#reset", "click", () => this.reset());
      on("#view", "click", () => this.turn(this.elevation === 90 ? FROM_THE_SIDE : FROM_ABOVE));
      on("svg", "keydown", (event) => this.key(event));
      on("svg", "pointerdown", (event) => this.grasp(event));
      on("svg", "pointermove", (event) => this.drag(event));
      this.sliders((_name, value) => {
        this.size = value;
        this.report();
      });
    }

    disconnectedCallback() {
      super.disconnectedCallback();
      clearInterval(this.rolling);
      this.rolling = null;
    }

    /* The walk down. */

    get at() {
      return this.path.at(-1);
    }

    get next() {
      const slope = gradient(...this.at);
      return this.at.map((value, k) => value - this.size * slope[k]);
    }

    get gone() {
      return abs(this.at[0]) > 6 || abs(this.at[1]) > 3;
    }

    get resting() {
      return hypot(...gradient(...this.at)) < AT_REST;
    }

    get done() {
      return this.gone || this.resting || this.path.length > ENOUGH;
    }

    advance() {
      if (!this.done) this.path.push(this.next);
      if (this.done) this.stop();
      else this.report();
    }

    roll() {
      if (this.done) this.path = [this.first];
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) while (!this.done) this.path.push(this.next);
      else this.rolling = setInterval(() => this.advance(), PACE);
      this.report();
    }

    stop() {
      clearInterval(this.rolling);
      this.rolling = null;
      this.report();
    }

    reset() {
      this.path = [this.first];
      this.turn(FROM_THE_SIDE);
      this.stop();
    }

    report() {
      this.ball();
      const [x, y] = this.at;
      this.say(`${this.words()} x is ${number(x)}, y is ${number(y)}, the height is ${number(f(x, y))}.`);
    }

    words() {
      const steps = this.path.length - 1;
      const after = `After ${steps} ${steps === 1 ? "step" : "steps"} the ball`;
      if (this.gone) return `${after} has been thrown out of the picture: the step size is too large.`;
      if (this.resting) return `${after} is at rest, at a lowest point.`;
      if (this.done) return `${after} is still not at rest.`;
      return steps ? `${after} is on its way.` : "The ball has not moved yet.";
    }

    /* Turning. */

    turn({ azimuth, elevation }) {
      this.azimuth = azimuth;
      this.elevation = max(10, min(90, elevation));
      this.draw();
    }

    turnBy(right, down) {
      this.turn({ azimuth: this.azimuth - right, elevation: this.elevation + down });
    }

    key(event) {
      const by = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, -5], ArrowDown: [0, 5] }[event.key];
      if (!by) return;
      event.preventDefault();
      this.turnBy(...by);
    }

    grasp({ pointerId, clientX, clientY }) {
      this.$("svg").setPointerCapture(pointerId);
      this.grip = [clientX, clientY];
    }

    drag({ pointerId, clientX, clientY }) {
      if (!this.$("svg").hasPointerCapture(pointerId)) return;
      this.turnBy((clientX - this.grip[0]) / 2, (clientY - this.grip[1]) / 2);
      this.grip = [clientX, clientY];
    }

    /* The picture: a parallel projection. */

    build() {
      const along = (end, n) => Array.from({ length: n + 1 }, (_, i) => ((2 * i) / n - 1) * end);
      this.corners = along(6, FACETS.x).map((x) => along(3, FACETS.y).map((y) => place(x, y)));
      this.$("#ground").innerHTML = "<polygon/>".repeat(FACETS.x * FACETS.y);
    }

    /* The view: unit vectors to the right, up, and towards the eye; and the scale at which all is in the picture. */
    look() {
      const [a, e] = [this.azimuth, this.elevation].map((degrees) => (degrees * Math.PI) / 180);
      this.right = [-sin(a), cos(a), 0];
      this.up = [-sin(e) * cos(a), -sin(e) * sin(a), cos(e)];
      this.eye = [cos(e) * cos(a), cos(e) * sin(a), sin(e)];
      this.tall = min(0.85 * this.width, 29 * this.em);
      const half = (v) => abs(v[0]) + abs(v[1]) / 2 - FLOOR * abs(v[2]);
      this.scale = min(this.width / (half(this.right) + 0.22), this.tall / (half(this.up) + 0.12)) / 2;
    }

    project(p) {
      const dot = (v) => p[0] * v[0] + p[1] * v[1] + p[2] * v[2];
      return [this.width / 2 + this.scale * dot(this.right), this.tall / 2 - this.scale * dot(this.up)];
    }

    /* Whether the surface is between a point and the eye. */
    hidden([x, y, z]) {
      const { eye } = this;
      for (let s = 0.05; s < 2; s += 0.02) {
        const [u, v, w] = [x + s * eye[0], y + s * eye[1], z + s * eye[2]];
        if (abs(u) > 1 || abs(v) > 0.5) return false;
        if (place(6 * u, 6 * v)[2] > w) return true;
      }
      return false;
    }

    draw() {
      this.look();
      this.$("svg").setAttribute("viewBox", `0 0 ${this.width} ${this.tall}`);
      const pixels = (corner) => this.project(corner).map((v) => v.toFixed(1)).join();
      const points = this.corners.map((row) => row.map(pixels));
      const polygon = this.$("#ground").children[Symbol.iterator]();
      // what is nearer is drawn later, and covers what is farther
      const order = (n, towards) => Array.from({ length: n }, (_, i) => (towards > 0 ? i : n - 1 - i));
      for (const i of order(FACETS.x, this.eye[0]))
        for (const j of order(FACETS.y, this.eye[1])) {
          const facet = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
          const height = facet.reduce((sum, [u, v]) => sum + this.corners[u][v][2], 0) / 4;
          const strength = round(85 - 80 * sqrt((1 - height / FLOOR) / 2)); // the deeper, the stronger
          const { value } = polygon.next();
          value.setAttribute("points", facet.map(([u, v]) => points[u][v]).join(" "));
          value.setAttribute("fill", `color-mix(in srgb, var(--h) ${strength}%, var(--paper))`);
        }
      const { line } = this.line(VALLEY);
      const stroke = (colour, width) => `<g stroke="var(--${colour})" stroke-width="${width}">${line}</g>`;
      this.$("#valley").innerHTML = stroke("paper", 5) + stroke("grad", 2); // a seam, as in the static figure
      this.ball();
    }

    /* A line over the ground; what lies behind a hill is faint. */
    line(path) {
      const places = path.map(([x, y]) => place(x, y));
      const points = places.map((p) => this.project(p));
      const seen = places.map((p) => (this.hidden(p) ? 0.3 : 1));
      const segment = (p, k) => `<path d="M${points[k]}L${p}" opacity="${min(seen[k], seen[k + 1])}"/>`;
      return { points, seen, line: points.slice(1).map(segment).join("") };
    }

    /* The ball on the path that it came, and the names of the axes. */
    ball() {
      const { em, eye } = this;
      const { points, seen, line } = this.line(this.path);
      const dots = points.map(([x, y], k) => `<circle cx="${x}" cy="${y}" r="2" opacity="${seen[k]}"/>`);
      const [x, y] = points.at(-1);

      const text = (u, v, words, look) => {
        const [left, top] = this.project([u, v, FLOOR]);
        return `<text x="${left}" y="${top + 0.3 * em}" text-anchor="middle" class="${look}">${words}</text>`;
      };
      const [u, v] = eye.map((towards) => (towards > 0 ? 1 : -1)); // the corner of the ground nearest to the eye
      const corners = [[-u, v / 2], [u, v / 2], [u, -v / 2]].map((corner) => this.project([...corner, FLOOR]));

      this.$("#ball").innerHTML = `
        <path d="M${corners.join("L")}" fill="none" stroke="var(--dim)"/>
        ${NAMES.x.map(([at, ...name]) => text(at, 0.63 * v, ...name)).join("")}
        ${NAMES.y.map(([at, ...name]) => text(1.12 * u, at, ...name)).join("")}
        <g stroke="var(--grad)" stroke-width="1.6">${line}</g><g fill="var(--grad)">${dots.join("")}</g>
        <circle cx="${x}" cy="${y - 0.3 * em}" r="${0.5 * em}" fill="var(--grad)" stroke="var(--paper)" stroke-width="2"
          opacity="${seen.at(-1)}"/>`;
      this.numbers();
    }

    numbers() {
      const { at, size, next, gone } = this;
      const slope = gradient(...at);
      const red = (value) => `<span class="grad">${number(value)}</span>`;
      const factor = (value) => (value < 0 ? `(${red(value)})` : red(value));
      const lines = (line) => ["x", "y"].map((name, k) => maths(line(name, k))).join("<br>");
      this.show("size", size, 2);
      const here = ["x", "y"].map((name, k) => `<span class="${name}">${number(at[k])}</span>`);
      this.$("#height").innerHTML = maths(`<var>f</var>(${here.join(", ")}) ≈ ${number(f(...at))}`);
      const steep = (name, k) => `slope in ${letter[name]}: ${slopes[name]} ≈ ${red(slope[k])}`;
      const step = (k) => `${number(at[k])} − ${number(size, 2)} · ${factor(slope[k])}`;
      const there = (name, k) => `<span class="${name}">${number(next[k])}</span>`;
      const then = (name, k) => `next ${letter[name]} ≈ ${step(k)} ≈ ${there(name, k)}`;
      this.$("#slopes").innerHTML = lines(steep);
      this.$("#next").innerHTML = gone ? "" : lines(then);
      this.$("#words").textContent = this.words();
      this.$("#roll").textContent = this.rolling ? "pause" : "roll";
      this.$("#view").textContent = this.elevation === 90 ? "from the side" : "from above";
    }
  }

  customElements.define("rnn-surface", Surface);
});
