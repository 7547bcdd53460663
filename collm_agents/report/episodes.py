"""Which episodes a page shows, and what of them: everything, until there is too much of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collm_agents.report import pictures
from collm_agents.report.data import Group
from collm_agents.report.text import as_data, shown, visible

TEXT_BYTES = 4_000_000
PICTURE_BYTES = 2_500_000
MOST_DRAWN = 24
"""Episodes that are played again for their pictures, which takes about a second; of first and last ones twice as many."""
MOST_TURNS = 64
MOST_REJECTED = 200
FULL = "[left out: the page is full]"

# What has a place of its own in the page.
_PLACED = (
    "turn", "prompts", "actions", "reward", "terms", "metrics", "agent_metrics", "rejected", "solved", "terminated", "truncated",
    "lost",
)  # fmt: skip
_SPENT = {"tokens": "tokens", "prompt_tokens": "tokens read", "team_seconds": "seconds"}
_SHORT = 8_000


@dataclass
class Sample:
    """What a page shows of episodes, JSON-ready; texts and pictures are numbers into lists, for most come up more than once.

    Attributes:
        groups: with their episodes and turns.
        texts, pictures: what the numbers stand for; a picture is a data URI.
        total, taken: how many episodes there are, and how many are shown.
        gallery: of each group that can be drawn its number, its label and its first and last episode.
        remarks: what was left out, and why.
    """

    groups: list[dict[str, Any]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    total: int = 0
    taken: int = 0
    gallery: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._places: dict[tuple[str, str], int] = {}
        self._full = False
        self._size = self._drawn = self._picture_size = self._undrawn = 0
        self._most = 2 * TEXT_BYTES

    def text(self, text: str) -> int:
        """The number of a text."""
        full = self._size >= self._most
        self._full |= full
        safe = FULL if full else shown(text)
        if ("text", safe) not in self._places:
            self._places["text", safe] = len(self.texts)
            self.texts.append(safe)
            self._size += len(as_data(safe))
        return self._places["text", safe]

    def picture(self, uri: str) -> int:
        """The number of a picture."""
        if ("picture", uri) not in self._places:
            self._places["picture", uri] = len(self.pictures)
            self.pictures.append(uri)
            self._picture_size += len(uri)
        return self._places["picture", uri]

    # -- which ------------------------------------------------------------------------------------------------------------

    def fill(self, groups: Sequence[Group], labels: Sequence[str], most_text: int = TEXT_BYTES) -> None:
        """Take episodes in turn from all groups, the first and the last before those between, until ``most_text`` bytes are full.

        Groups of equal length give the same episodes, so that teams can be looked at side by side.
        """
        self.total = sum(len(group.episodes) for group in groups)
        self._most = 3 * most_text // 2
        taken: list[dict[int, dict[str, Any]]] = [{} for _ in groups]
        drawable = [pictures.has_pictures(group) for group in groups]
        orders = [spread(len(group.episodes)) for group in groups]
        waiting = list(range(len(groups)))
        while waiting and self._size < self._most:
            for place in list(waiting):
                number = next(orders[place], None)
                if number is None:
                    waiting.remove(place)
                elif self._size < (self._most if not taken[place] else most_text):
                    taken[place][number] = self._episode(groups[place], number, drawable[place], len(taken[place]) < 2)
        self.taken = sum(map(len, taken))
        for place, (label, found) in enumerate(zip(labels, taken)):
            shown_of = [found[number] for number in sorted(found)]
            if shown_of:
                self.groups.append({"label": visible(label), "episodes": shown_of})
            ends = [episode for episode in (shown_of[:1] + shown_of[1:][-1:]) if episode["turns"][-1]["picture"] is not None]
            if ends:
                self.gallery.append({"group": place, "label": label, "episodes": ends})
        if self._undrawn:
            self.remarks.append(f"builds of {self._undrawn:,} of these episodes are not drawn")
        if self._full:
            self.remarks.append("some texts are left out, for there is too much of them")

    # -- what -------------------------------------------------------------------------------------------------------------

    def _episode(self, group: Group, number: int, drawable: bool, wanted: bool) -> dict[str, Any]:
        record = group.run.load(group.episodes[number])
        transcript = record["transcript"][:MOST_TURNS]
        drawn = pictures.Drawn([], "")
        times = 2 if wanted else 1
        if drawable and self._picture_size < times * PICTURE_BYTES and self._drawn < times * MOST_DRAWN:
            drawn = pictures.draw(group, {**record, "transcript": transcript})
            self._drawn += 1
        else:
            self._undrawn += drawable
        if drawn.remark and (remark := f"{group.run.name}, {group.key[2]}: {drawn.remark}") not in self.remarks:
            self.remarks.append(remark)
        uris: list[str | None] = [*drawn.pictures, *([None] * len(transcript))][: len(transcript)]
        cut = len(record["transcript"]) - len(transcript)
        # Runs of earlier versions have none, and nor have teams of scripts.
        # Where a whole batch of episodes was answered at once, no time is an episode's own.
        spent = {name: words for name, words in _SPENT.items() if name != "team_seconds" or record.get("turn_seconds") != []}
        exchanges = [*(record.get("exchanges") or []), *([[]] * len(transcript))]
        return {
            "key": visible(f"{record['env']} {record['split']}[{record['index']}] seed {record['seed']}"),
            "title": visible(f"{record['split']}[{record['index']}], seed {record['seed']}"),
            "facts": {
                "last reward": record["last_reward"],
                "best reward": record["best_reward"],
                "solved": bool(record["solved"]),
                "turns": f"{record['turns']}" + (f", the first {MOST_TURNS} of which are shown" if cut else ""),
                **{words: record[name] for name, words in spent.items() if isinstance(record.get(name), (int, float))},
                **{words: sum(record[name].values()) for name, words in spent.items() if isinstance(record.get(name), Mapping)},
            },
            "turns": [self._turn(turn, uri, said) for turn, uri, said in zip(transcript, uris, exchanges)],
        }

    def _turn(self, turn: Mapping[str, Any], uri: str | None, said: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        prompts, actions, rejected = (turn.get(key) or {} for key in ("prompts", "actions", "rejected"))
        told = {
            "reward": turn.get("reward"),
            "solved": bool(turn.get("solved")),
            "lost": visible(str(turn.get("lost") or "")),
            "terms": _plain(turn.get("terms")),
            "metrics": _plain(turn.get("metrics")),
            "picture": None if uri is None else self.picture(uri),
            "agents": [
                {
                    "name": visible(agent),
                    "prompt": self.text(str(prompts.get(agent, ""))),
                    "answer": self.text(str(action)),
                    "characters": len(action),
                    "metrics": _plain((turn.get("agent_metrics") or {}).get(agent)),
                    **self._rejected(rejected.get(agent) or []),
                    "notes": self._notes(turn, agent),
                }
                for agent, action in actions.items()
            ],
            "notes": self._notes(turn, None),
            "exchanges": [self._exchange(each) for each in said],
        }
        self._size += len(as_data(told))
        return told

    def _exchange(self, said: Mapping[str, Any]) -> list[Any]:
        """Of one completion a title, the prompt and the text."""
        cut = ", cut" if said.get("cut") else ""
        title = (
            f"call {said.get('call')}, {said.get('speaker')}: {said.get('tokens')} tokens{cut}, {said.get('prompt_tokens')} read"
        )
        return [visible(title), self.text(str(said.get("prompt", ""))), self.text(str(said.get("text", "")))]

    def _rejected(self, lines: Sequence[Any]) -> dict[str, Any]:
        told = [line if isinstance(line, Mapping) else {"line": line, "reason": ""} for line in lines]
        kept = [[shown(str(each.get("line", "")), 300), shown(str(each.get("reason", "")), 300)] for each in told[:MOST_REJECTED]]
        kept = kept if self._size < self._most else []
        return {"rejected": kept, "rejections": len(lines)}

    def _notes(self, turn: Mapping[str, Any], agent: str | None) -> list[list[Any]]:
        """What a task notes under names of its own: on an agent, or (None) on the whole team."""
        agents = turn.get("actions") or {}
        found = []
        for name, value in turn.items():
            if name in _PLACED:
                continue
            by_agent = isinstance(value, Mapping) and set(value) <= set(agents)
            if by_agent == (agent is not None):
                own = value.get(agent) if by_agent else value
                if own not in (None, "", [], {}):
                    found.append([visible(name), self.text(_readable(own)[:_SHORT])])
        return found


def spread(count: int) -> Iterator[int]:
    """0, count - 1, then what is between, by ever smaller halves."""
    given = set()
    for number in (0, count - 1)[: max(0, min(2, count))]:
        given.add(number)
        yield number
    parts = 2
    while len(given) < count:
        for part in range(1, parts, 2):
            number = part * (count - 1) // parts
            if number not in given:
                given.add(number)
                yield number
        if parts > 2 * count:
            yield from (number for number in range(count) if number not in given)
            return
        parts *= 2


def _plain(numbers: Any) -> dict[str, Any]:
    return {visible(str(name)): value for name, value in numbers.items()} if isinstance(numbers, Mapping) else {}


def _readable(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return json.dumps(value, indent=1, ensure_ascii=False)
