/* The interactive map, for who asks for it: nothing is loaded before the click. Then the shop's own Leaflet comes, and
 * tiles from the address that the shop's settings name: without a referrer, and no nearer than a town.
 * It stands in a dialog outside of <main>, so that news of the order does not touch it. */
"use strict";
(() => {
  const add = (name, attributes, parent) => {
    const element = Object.assign(document.createElement(name), attributes);
    if (parent) parent.append(element);
    return element;
  };

  const load = (name, attributes) =>
    new Promise((resolve, reject) => {
      const element = add(name, attributes);
      element.onload = resolve;
      element.onerror = () => {
        element.remove();
        reject(new Error("not loaded"));
      };
      document.head.append(element);
    });

  let library = null;
  const leaflet = (data) => {
    library ||= Promise.all([
      load("link", { rel: "stylesheet", href: data.style }),
      load("script", { src: data.script }),
    ]).catch((error) => {
      library = null;
      throw error;
    });
    return library;
  };

  // Leaflet's own layer empties its pictures with a data: address, which the page's policy refuses.
  const layer = (address) =>
    L.GridLayer.extend({
      createTile(at, done) {
        const tile = Object.assign(new Image(), { alt: "", referrerPolicy: "no-referrer" });
        tile.onload = () => done(null, tile);
        tile.onerror = () => done(new Error("not loaded"), tile);
        const more = { s: "abc"[Math.abs(at.x + at.y) % 3], r: L.Browser.retina ? "@2x" : "" };
        tile.src = L.Util.template(address, { x: at.x, y: at.y, z: at.z, ...more });
        return tile;
      },
    });

  function draw(box, data) {
    const map = L.map(box, { maxZoom: Number(data.zoom), worldCopyJump: false });
    map.attributionControl.setPrefix(false);
    new (layer(data.tiles))({ attribution: data.attribution, maxZoom: Number(data.zoom) }).addTo(map);
    const way = [], left = [], places = [];
    let before = null;
    for (const line of data.places.split("\n")) {
      const [kind, latitude, longitude, ...name] = line.split("|");
      const spot = [Number(latitude), Number(longitude)];
      // The short way round the globe, also over the 180th meridian.
      if (before !== null) spot[1] -= 360 * Math.round((spot[1] - before) / 360);
      before = spot[1];
      (kind === "destination" ? left : way).push(spot);
      places.push({ kind, spot, text: name.join("|") });
    }
    // Leaflet puts nothing on a map that does not know what it shows.
    map.fitBounds([...way, ...left], { padding: [40, 40], maxZoom: Math.min(6, Number(data.zoom)) });
    if (way.length && left.length) left.unshift(way[way.length - 1]);
    const stroke = { interactive: false, className: "os-pin-way" };
    if (way.length > 1) L.polyline(way, stroke).addTo(map);
    if (left.length > 1) L.polyline(left, { ...stroke, dashArray: "1 8" }).addTo(map);
    for (const { kind, spot, text } of places) {
      const icon = L.divIcon({ className: "os-pin os-pin-" + kind, iconSize: [24, 24] });
      const words = document.createElement("span");
      words.textContent = text;
      const marker = L.marker(spot, { icon, title: text, riseOnHover: true }).addTo(map).bindPopup(words);
      // Leaflet gives names to pictures only.
      marker.getElement().setAttribute("aria-label", text);
    }
    return map;
  }

  async function open(button) {
    const data = button.dataset;
    const dialog = add("dialog", { className: "os os-tiles-dialog" }, document.body);
    dialog.setAttribute("aria-label", data.sentence);
    const close = add("button", { type: "button", className: "os-plain", textContent: data.close }, dialog);
    const box = add("div", { className: "os-tiles-map" }, dialog);
    let map = null;
    close.onclick = () => dialog.close();
    dialog.onclose = () => {
      if (map) map.remove();
      dialog.remove();
    };
    dialog.showModal();
    try {
      await leaflet(data);
      if (dialog.open) map = draw(box, data);
    } catch {
      box.setAttribute("role", "alert");
      box.textContent = data.failed;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-tiles]");
    if (button) open(button);
  });
})();
