"""At least once, at most 1 + max_unknown times, nothing lost in silence:
two workers, and kill -9, SIGSTOP past the lease, a relay that dies, sessions
that are ended and PostgreSQL that crashes, at random."""
import pytest

from chaos import KILLS, MAILS, REFUSED, SEED, Chaos
from support.relay import Relay

THINK_S = 0.02  # a relay's disk, in which there is time to die


@pytest.fixture(scope="module")
def chaos(durable, tmp_path_factory, pytestconfig):
    show = pytestconfig.pluginmanager.getplugin("capturemanager")
    durable.clear()
    with Relay(tmp_path_factory.mktemp("relay"), THINK_S) as relay:
        with show.global_and_fixture_disabled():
            print(f"\nFAULT_SEED={SEED} FAULT_MAILS={MAILS} "
                  f"FAULT_KILLS={KILLS}", flush=True)
        made = Chaos(durable, relay).run()
        with show.global_and_fixture_disabled():
            print(made.report(), flush=True)
        yield made
    durable.kill_workers()


def test_all_of_it_broke_while_there_was_mail(chaos):
    assert chaos.queued >= MAILS
    assert chaos.done["kill"] + chaos.done["pause"] == KILLS
    assert chaos.done["crash_database"] == 2
    assert min(chaos.done.values()) > 0


def test_no_worker_died_by_itself_but_for_want_of_the_database(chaos):
    assert set(chaos.deaths) <= {1}, chaos.stand.words()
    assert chaos.exits == [0, 0]


def test_every_mail_has_its_answer(chaos):
    assert len(chaos.mails) == chaos.queued
    assert {mail.state for mail in chaos.mails} <= {
        "sent", "failed", "unknown", "cancelled"}


def test_what_is_sent_was_kept(chaos):
    assert not [mail for mail in chaos.mails
                if mail.state == "sent" and not mail.copies]


def test_whoever_stayed_and_can_be_reached_has_the_mail(chaos):
    """Or it is one of those that operators are told of."""
    stayed = [m for m in chaos.mails if not m.left_at and m.name != "cutdata"]
    assert not [mail for mail in stayed if mail.state
                not in ("sent", "unknown") and mail.name not in REFUSED]
    assert not [mail for mail in stayed if mail.name in REFUSED
                and (mail.copies or mail.state not in ("failed", "unknown"))]


def test_copies_are_bounded_and_all_alike(chaos):
    assert not [mail for mail in chaos.mails
                if len(mail.copies) > 1 + mail.max_unknown]
    assert not [mail for mail in chaos.mails
                if len({c["sha256"] for c in mail.copies}) > 1]
    assert not [mail for mail in chaos.mails
                if {c["to"] for c in mail.copies} - {mail.address}]


def test_every_copy_is_accounted_for(chaos):
    """By an answer of the relay or by an attempt whose end is unknown; one
    copy more than answers is one that nobody may be surprised by."""
    assert not [mail for mail in chaos.mails if len(mail.copies)
                > mail.count("sent", "unknown")]
    assert not [mail for mail in chaos.mails if len(mail.copies) > 1
                and len(mail.copies) - 1 > mail.count("unknown")]


def test_each_death_costs_one_copy_at_most(chaos):
    """A relay's death may cost both workers one."""
    done = chaos.done
    twice = sum(len(m.copies) - 1 for m in chaos.mails
                if m.copies and m.name != "keepcut")
    assert twice <= done["kill"] + done["pause"] + 2 * done["renew_relay"]
    assert chaos.duplicates > 0  # "keepcut" is sent twice, whatever happens


def test_who_left_before_the_text_was_asked_for_got_none(chaos):
    left = [mail for mail in chaos.mails if mail.left_at]
    assert len(left) > len(chaos.mails) / 20
    assert not [mail for mail in left
                if any(c["asked"] > mail.left_at for c in mail.copies)]
    assert [mail for mail in left if mail.state == "cancelled"]


def test_operators_are_told_of_mails_that_are_unknown(chaos):
    """How many, and which, the newest first."""
    unknown = sorted((mail.id for mail in chaos.mails
                      if mail.state == "unknown"), reverse=True)
    told = chaos.stand.status()
    assert unknown
    assert told["mails"]["unknown"] == len(unknown)
    assert told["unknown_ids"] == unknown[:20]
