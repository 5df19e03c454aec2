"""What a chat log says of each buyer message: its turn, who answered it and when."""

from __future__ import annotations

from datetime import timedelta

from tests.reference.rows import Row, Store


def asks(store: Store) -> list[Row]:
    """One row per buyer message, worked out once per store."""
    found: list[Row] = store.once("asks", lambda s: [ask for talk in talks(s).values() for ask in _asks_of(s, talk)])
    return found


def talks(store: Store) -> dict[str, list[Row]]:
    """The messages of each conversation in order."""

    def sorted_talks(s: Store) -> dict[str, list[Row]]:
        return {name: sorted(rows, key=lambda r: (r.sent_at, r.seq)) for name, rows in s.by("messages", "conversation_id").items()}

    found: dict[str, list[Row]] = store.once("talks", sorted_talks)
    return found


def _asks_of(store: Store, talk: list[Row]) -> list[Row]:
    told = store.by("conversations", "conversation_id").get(talk[0].conversation_id)
    offline = bool(told and told[0].is_offline_message)
    person = any(_is_person(message) for message in talk)
    turn, spoke, opening, rows = 0, None, None, []
    for place, message in enumerate(talk):
        if message.role == "buyer":
            opens = spoke != "buyer"
            turn += opens
            opening = opening or message.sent_at
            rows.append(_ask(talk, place, turn, opens, opening, offline, person))
        if message.role != "system":
            spoke = message.role
    return rows


def _ask(talk: list[Row], place: int, turn: int, opens: bool, opening: object, offline: bool, person: bool) -> Row:
    message, later = talk[place], talk[place + 1 :]
    human = next((m for m in later if m.role == "agent"), None)
    helped = next((m for m in later if m.role == "agent" or _assists(m)), None)
    anyone = next((m for m in later if m.role in ("agent", "robot")), None)
    served = None
    if human:
        upto = talk[: talk.index(human)]
        served = next((m.sent_at for m in reversed(upto) if _is_transfer(m)), None)
    return Row(
        conversation=message.conversation_id, message=message.message_id, buyer=message.buyer_key, at=message.sent_at,
        day=message.sent_at.date(), turn=turn, opens_turn=opens, opens_session=place == _first(talk),
        session_at=opening, kind=message.kind, human_at=human and human.sent_at, assisted_at=helped and helped.sent_at,
        any_at=anyone and anyone.sent_at, agent=_agent(talk, place, human), transferred_at=served, person=person,
        offline=offline, robot_alone=_robot_alone(later), order=message.order_id,
    )  # fmt: skip


def _first(talk: list[Row]) -> int:
    return next(number for number, message in enumerate(talk) if message.role == "buyer")


def _is_transfer(message: Row) -> bool:
    return message.role == "system" and "转人工" in (message.text or "")


def _is_person(message: Row) -> bool:
    return message.role == "agent" or _is_transfer(message)


def _assists(message: Row) -> bool:
    return message.role == "robot" and bool(message.assisted)


def _agent(talk: list[Row], place: int, human: Row | None) -> str | None:
    """Who answered; else whom the message is assigned to; else who spoke or was named last before it."""
    if human and human.agent_id:
        return str(human.agent_id)
    if talk[place].agent_id:
        return str(talk[place].agent_id)
    return next((str(m.agent_id) for m in reversed(talk[:place]) if m.role != "buyer" and m.agent_id), None)


def _robot_alone(later: list[Row]) -> bool:
    """Until the buyer's next turn a robot spoke, and neither a person nor an assist robot did."""
    spoke: list[Row] = []
    for message in later:
        if message.role == "buyer" and spoke:
            break
        if message.role in ("agent", "robot"):
            spoke.append(message)
    return any(m.role == "robot" and not m.assisted for m in spoke) and not any(m.role == "agent" or _assists(m) for m in spoke)


def seconds(start: object, stop: object) -> float | None:
    """Seconds from one moment to another, None where there is no other."""
    if start is None or stop is None:
        return None
    gap: timedelta = stop - start  # type: ignore[operator]
    return gap.total_seconds()
