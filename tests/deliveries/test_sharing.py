"""How a worker shares its slots among destinations."""

from hypothesis import given
from hypothesis import strategies as st

from apps.deliveries.sharing import PROVED_FOR_SECONDS, UNPROVED_SHARE, Load


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def proved(load: Load, *destinations: int) -> None:
    for one in destinations:
        load.began(one)
        load.ended(one, was_answered=True)


def test_one_that_answers_may_have_every_slot() -> None:
    load = Load(64)
    proved(load, 1)

    assert load.shares([1], 64) == {1: 64}


def test_strangers_share_a_quarter() -> None:
    """DESIGN §8: any number of dead destinations leaves the rest to the others."""
    load = Load(64)
    proved(load, 1)

    shares = load.shares([1, *range(2, 50)], 64)

    assert sum(shares.get(one, 0) for one in range(2, 50)) <= 64 // UNPROVED_SHARE
    assert shares[1] >= 48


def test_who_waits_without_an_answer_gets_no_more() -> None:
    load = Load(64)
    proved(load, 1)
    for _ in range(16):
        load.began(2)

    assert load.shares([1, 2], 48) == {1: 48}


def test_a_proof_is_forgotten_after_a_while() -> None:
    watch = Watch()
    load = Load(64, watch)
    proved(load, 1)
    watch.seconds += PROVED_FOR_SECONDS + 1

    assert load.shares([1], 64) == {1: 16}


def test_equals_take_turns() -> None:
    load = Load(4)
    proved(load, 1, 2, 3)

    firsts = [next(iter(load.shares([1, 2, 3], 1))) for _ in range(3)]

    assert sorted(firsts) == [1, 2, 3]


@given(
    in_flight=st.dictionaries(st.integers(1, 9), st.integers(1, 8)),
    answered=st.sets(st.integers(1, 9)),
    waiting=st.sets(st.integers(1, 9), min_size=1),
    limit=st.integers(1, 64),
)
def test_shares_are_fair_and_within_the_limit(
    in_flight: dict[int, int], answered: set[int], waiting: set[int], limit: int
) -> None:
    load = Load(64)
    proved(load, *answered)
    for one, count in in_flight.items():
        for _ in range(count):
            load.began(one)

    shares = load.shares(sorted(waiting), limit)

    after = {one: shares.get(one, 0) + in_flight.get(one, 0) for one in waiting}
    fair = [one for one in waiting if one in answered]
    assert sum(shares.values()) <= limit
    assert shares.keys() <= waiting
    for one in fair:
        # Nobody who got something ends up with more than another could still use.
        for other in fair:
            assert not shares.get(one) or after[one] <= after[other] + 1
