"""Which regular expressions take an attacker's time, told by their shape.

A repetition without end is slow on a text that fails to match when the same
characters can be shared out in many ways: among the turns of a repetition
around it, or with another repetition next to it.
"""
import re
from re import _constants as op
from re import _parser

ALL = frozenset(range(128))
CLASSES = {op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D",
           op.CATEGORY_SPACE: r"\s", op.CATEGORY_NOT_SPACE: r"\S",
           op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_WORD: r"\W"}
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)


def is_slow(pattern):
    # Python names groups another way, and has no flag before the pattern.
    pattern = re.sub(r"\(\?<(\w)", r"(?P<\1", pattern)
    return _is_slow(list(_parser.parse(pattern)))


def _is_slow(parts):
    for at, (kind, value) in enumerate(parts):
        if any(_is_slow(branch) for branch in _branches(kind, value)):
            return True
        if not _is_endless(kind, value):
            continue
        if _is_ambiguous(list(value[2])):
            return True
        # What follows at once, or after what it could take itself.
        for kind_next, value_next in parts[at + 1:]:
            if _is_endless(kind_next, value_next) and \
                    _chars(value[2]) & _chars(value_next[2]):
                return True
            if _is_needed(kind_next, value_next) and not _chars(
                    value[2]) & _chars([(kind_next, value_next)]):
                break
    return False


def _is_ambiguous(body):
    """Whether one turn of a repetition may be taken for two."""
    for at, (kind, value) in enumerate(body):
        if kind == op.BRANCH and sum(
                len(_chars(b)) for b in value[1]) > len(_chars([body[at]])):
            return True
        if kind == op.SUBPATTERN and len(body) == 1:
            return _is_ambiguous(list(value[3]))
        inside = [b for b in _branches(kind, value) if _has_endless(b)]
        if not inside and not _is_endless(kind, value):
            continue
        used = _chars([(kind, value)])
        ends = any(k in (op.LITERAL, op.IN) and not used & _chars([(k, v)])
                   for k, v in body[at + 1:] + body[:at])
        if not ends:
            return True
    return False


def _has_endless(parts):
    return any(_is_endless(kind, value) or
               any(_has_endless(b) for b in _branches(kind, value))
               for kind, value in parts)


def _is_endless(kind, value):
    return kind in REPEATS and value[1] > 50


def _is_needed(kind, value):
    if kind in REPEATS:
        return value[0] > 0
    if kind == op.SUBPATTERN:
        return any(_is_needed(*part) for part in value[3])
    if kind == op.BRANCH:
        return all(any(_is_needed(*part) for part in branch)
                   for branch in value[1])
    return kind not in (op.AT, op.ASSERT, op.ASSERT_NOT)


def _branches(kind, value):
    if kind in REPEATS:
        return [list(value[2])]
    if kind == op.SUBPATTERN:
        return [list(value[3])]
    if kind == op.BRANCH:
        return [list(branch) for branch in value[1]]
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [list(value[1])]
    return []


def _chars(parts):
    """All characters that these parts can take."""
    found = set()
    for kind, value in parts:
        if kind == op.LITERAL:
            found.add(value)
        elif kind == op.NOT_LITERAL:
            found |= ALL - {value}
        elif kind == op.ANY:
            found |= ALL
        elif kind == op.IN:
            found |= _class(value)
        elif kind not in (op.ASSERT, op.ASSERT_NOT):
            for branch in _branches(kind, value):
                found |= _chars(branch)
    return found


def _class(items):
    found = set()
    for kind, value in items:
        if kind == op.LITERAL:
            found.add(value)
        elif kind == op.RANGE:
            found |= set(range(value[0], value[1] + 1))
        elif kind == op.CATEGORY:
            found |= {c for c in ALL if re.match(CLASSES[value], chr(c))}
    return ALL - found if items[0][0] == op.NEGATE else found & ALL
