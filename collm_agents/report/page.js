"use strict";
// The transcripts: two panes, each with a team, an episode and a turn. All text goes in as text, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.getElementById("panes");
  if (!root) return;
  const make = (tag, name, text) => {
    const found = document.createElement(tag);
    if (name) found.className = name;
    if (text !== undefined) found.textContent = text;
    return found;
  };
  const number = (value) =>
    typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toFixed(4))) : value === null ? "none" : String(value);
  const facts = (pairs, name) => {
    const list = make("dl", name);
    for (const [key, value] of pairs) {
      const item = make("div");
      item.append(make("dt", "", key), make("dd", "", number(value)));
      list.append(item);
    }
    return list;
  };
  const folded = (title, text) => {
    const box = make("details");
    const inside = make("pre", "", text);
    inside.tabIndex = 0;
    box.append(make("summary", "", title), inside);
    return box;
  };
  const opened = new Set();
  const remember = (box, key) => {
    box.open = opened.has(key);
    box.addEventListener("toggle", () => (box.open ? opened.add(key) : opened.delete(key)));
    return box;
  };

  // An answer with the lines marked that were rejected.
  const answer = (agent) => {
    const left = new Map();
    for (const [line] of agent.rejected) left.set(line.trim(), (left.get(line.trim()) || 0) + 1);
    const text = data.texts[agent.answer];
    const box = make("pre", "answer");
    box.tabIndex = 0;
    if (!text) {
      box.append(make("em", "", "(no answer)"));
      return box;
    }
    let plain = "";
    text.split("\n").forEach((line, place) => {
      if (place) plain += "\n";
      const count = left.get(line.trim());
      if (count && line.trim()) {
        left.set(line.trim(), count - 1);
        box.append(plain, make("mark", "", line));
        plain = "";
      } else plain += line;
    });
    box.append(plain);
    return box;
  };
  const rejections = (agent) => {
    const box = make("div", "rejected");
    box.append(make("h5", "", `${agent.rejections} rejected`));
    const list = make("ul");
    for (const [line, reason] of agent.rejected) {
      const item = make("li");
      item.append(make("code", "", line || "(empty)"), ` ${reason}`);
      list.append(item);
    }
    if (agent.rejections > agent.rejected.length) list.append(make("li", "", `and ${agent.rejections - agent.rejected.length} more`));
    box.append(list);
    return box;
  };
  const source = (place) => document.getElementById(`picture-${place}`)?.src || data.pictures[place];

  const draw = (pane) => {
    const group = data.groups[pane.group];
    const episode = group.episodes[pane.episode];
    const turn = episode.turns[pane.turn];
    pane.where.textContent = `turn ${pane.turn + 1} of ${episode.turns.length}`;
    pane.slider.max = String(episode.turns.length - 1);
    pane.slider.value = String(pane.turn);
    pane.slider.setAttribute("aria-valuetext", pane.where.textContent);
    const body = pane.body;
    body.replaceChildren();
    body.append(facts(Object.entries(episode.facts), "facts"));
    const reward = make("p", "reward");
    reward.append("reward of the turn ", make("strong", "", turn.reward === null ? "none" : number(turn.reward)));
    if (turn.solved) reward.append(make("span", "badge", "solved"));
    body.append(reward);
    if (turn.lost) body.append(make("p", "lost", `not scored: ${turn.lost}`));
    const terms = Object.entries(turn.terms);
    if (terms.length) {
      const table = make("table", "terms");
      const most = Math.max(...terms.map(([, value]) => Math.abs(value)), 1e-9);
      for (const [name, value] of terms) {
        const row = make("tr");
        const bar = make("td", "bar");
        const meter = make("span", value < 0 ? "less" : "more");
        meter.style.width = `${(50 * Math.abs(value)) / most}%`;
        bar.append(meter);
        row.append(make("th", "", name), make("td", "value", number(value)), bar);
        table.append(row);
      }
      body.append(table);
    }
    if (turn.picture !== null) {
      const image = make("img", "build");
      image.src = source(turn.picture);
      image.alt = `target and build after turn ${pane.turn + 1}`;
      body.append(image);
    }
    const metrics = Object.entries(turn.metrics);
    if (metrics.length) {
      const box = remember(make("details"), "metrics");
      box.append(make("summary", "", "metrics"), facts(metrics, "facts"));
      body.append(box);
    }
    for (const agent of turn.agents) {
      const box = make("article");
      box.append(make("h4", "", agent.name));
      const own = Object.entries(agent.metrics);
      box.append(facts([...own, ["characters", agent.characters]], "facts"));
      box.append(remember(folded("prompt", data.texts[agent.prompt]), `prompt ${agent.name}`));
      box.append(answer(agent));
      if (agent.rejections) box.append(rejections(agent));
      for (const [name, text] of agent.notes) {
        box.append(remember(folded(name.replaceAll("_", " "), data.texts[text]), `${name} ${agent.name}`));
      }
      body.append(box);
    }
    if (turn.exchanges.length) {
      const box = remember(make("details", "exchanges"), "exchanges");
      box.append(make("summary", "", `what models were asked and said (${turn.exchanges.length})`));
      turn.exchanges.forEach(([title, prompt, text], place) => {
        const said = make("pre", "", data.texts[text] || "(no answer)");
        said.tabIndex = 0;
        box.append(make("h4", "", title), remember(folded("prompt", data.texts[prompt]), `exchange ${place}`), said);
      });
      body.append(box);
    }
    for (const [name, text] of turn.notes) body.append(remember(folded(name.replaceAll("_", " "), data.texts[text]), name));
  };

  const together = document.getElementById("together");
  const clamp = (value, most) => Math.min(Math.max(value, 0), most);
  const partners = (pane) => (together.checked ? panes : [pane]);
  const lastTurn = (pane) => data.groups[pane.group].episodes[pane.episode].turns.length - 1;
  const goTo = (pane, turn) => {
    const most = Math.max(...partners(pane).map(lastTurn));
    for (const each of partners(pane)) {
      each.turn = clamp(clamp(turn, most), lastTurn(each));
      draw(each);
    }
  };
  // Of two episodes the shorter one waits at its end for the other.
  const step = (pane, by) => goTo(pane, Math.max(...partners(pane).map((each) => each.turn)) + by);
  // The same instance in the other pane, where it has it.
  const goToEpisode = (pane, place) => {
    const key = data.groups[pane.group].episodes[place].key;
    for (const each of partners(pane)) {
      const found = each === pane ? place : data.groups[each.group].episodes.findIndex((episode) => episode.key === key);
      if (found >= 0) each.episode = found;
      each.turn = 0;
      each.episodes.value = String(each.episode);
      draw(each);
    }
  };
  const goToGroup = (pane, place) => {
    const key = data.groups[pane.group].episodes[pane.episode].key;
    pane.group = place;
    pane.episode = Math.max(0, data.groups[place].episodes.findIndex((episode) => episode.key === key));
    pane.turn = clamp(pane.turn, data.groups[place].episodes[pane.episode].turns.length - 1);
    pane.episodes.replaceChildren();
    data.groups[place].episodes.forEach((episode, each) => {
      const option = make("option", "", `${episode.title}: ${number(episode.facts["last reward"])}`);
      option.value = String(each);
      pane.episodes.append(option);
    });
    pane.groups.value = String(place);
    pane.episodes.value = String(pane.episode);
    draw(pane);
  };

  const panes = [];
  const count = data.groups.length > 1 || data.groups[0].episodes.length > 1 ? 2 : 1;
  for (let side = 0; side < count; side += 1) {
    const pane = { group: Math.min(side, data.groups.length - 1), episode: 0, turn: 0 };
    const box = make("section", "pane");
    box.setAttribute("aria-label", side ? "right transcript" : "left transcript");
    const choice = make("div", "choice");
    pane.groups = make("select");
    pane.groups.setAttribute("aria-label", "run and team");
    data.groups.forEach((group, place) => {
      const option = make("option", "", group.label);
      option.value = String(place);
      pane.groups.append(option);
    });
    pane.episodes = make("select");
    pane.episodes.setAttribute("aria-label", "episode");
    choice.append(pane.groups, pane.episodes);
    const steps = make("div", "steps");
    const back = make("button", "", "◀");
    back.title = "previous turn (left arrow)";
    const on = make("button", "", "▶");
    on.title = "next turn (right arrow)";
    for (const button of [back, on]) button.setAttribute("aria-label", button.title);
    pane.slider = make("input");
    pane.slider.type = "range";
    pane.slider.min = "0";
    pane.slider.setAttribute("aria-label", "turn");
    pane.where = make("span", "where");
    steps.append(back, pane.slider, on, pane.where);
    pane.body = make("div", "body");
    box.append(choice, steps, pane.body);
    root.append(box);
    back.addEventListener("click", () => step(pane, -1));
    on.addEventListener("click", () => step(pane, 1));
    pane.slider.addEventListener("input", () => goTo(pane, Number(pane.slider.value)));
    pane.groups.addEventListener("change", () => goToGroup(pane, Number(pane.groups.value)));
    pane.episodes.addEventListener("change", () => goToEpisode(pane, Number(pane.episodes.value)));
    panes.push(pane);
  }
  panes.forEach((pane) => goToGroup(pane, pane.group));
  if (panes[1] && data.groups.length === 1) {
    panes[1].episode = data.groups[0].episodes.length - 1;
    panes[1].episodes.value = String(panes[1].episode);
    draw(panes[1]);
  }
  root.classList.toggle("single", count === 1);

  let last = panes[0];
  panes.forEach((pane, side) => root.children[side].addEventListener("focusin", () => (last = pane)));
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.matches("select, input[type=range], input[type=radio]")) return;
    const turns = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const episodes = { j: 1, k: -1 }[event.key];
    if (turns) step(last, turns);
    else if (episodes) goToEpisode(last, clamp(last.episode + episodes, data.groups[last.group].episodes.length - 1));
    else return;
    event.preventDefault();
  });
})();
