"""autopsy-mailer once: all that is due, and what became of it."""


def test_all_that_is_due_is_sent(desk, sink):
    question, notice = desk.confirm(), desk.notice()
    assert desk.once() == "2 sent, 0 to be tried later, 0 given up\n"
    assert desk.state(question) == desk.state(notice) == "sent"
    assert len(sink.kept) == 2 and sink.connections == 1
