"""Queueing the notice of a guide is one step, however many are told."""
import random
import threading
import time

import psycopg2

READERS = 5000


def test_fan_out_that_is_cut_off_is_made_whole_by_the_next(stand):
    stand.readers(["ok"] * READERS)
    began = time.monotonic()
    stand.rows("BEGIN")
    assert stand.announce() == READERS
    stand.rows("ROLLBACK")
    length = time.monotonic() - began
    chance, cut = random.Random(5), 0
    for _ in range(20):
        link = stand.cluster.connect("mailer")
        pid = link.get_backend_pid()
        timer = threading.Timer(chance.uniform(0, length), stand.rows, (
            "SELECT pg_terminate_backend(%s, 5000)", pid))
        timer.start()
        try:
            with link.cursor() as cursor:
                cursor.execute(stand.ANNOUNCE)
        except psycopg2.Error:
            cut += 1
        timer.join()
        link.close()
        assert queued(stand) in ((0, 0), (READERS, READERS))
        stand.rows("TRUNCATE mail.message CASCADE")
    assert cut
    assert stand.announce() == READERS
    assert stand.announce() == 0
    assert queued(stand) == (READERS, READERS)


def queued(stand):
    return stand.rows("SELECT (SELECT count(*) FROM mail.message), "
                      "(SELECT count(*) FROM mail.announcement)")[0]
