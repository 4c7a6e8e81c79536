"""Finds function bodies by matching braces: good enough for code in this repository's format."""

import re

COMMENT_OR_LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'|^\s*#[^\n]*',
    re.DOTALL | re.MULTILINE)
CONTAINER = re.compile(r"\b(namespace|class|struct|enum|union|extern|concept)\b")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def opens_function(head):
    """Whether a brace after this text, outside of any function, opens a function's body."""
    outside = re.sub(r"\([^()]*\)", "()", re.sub(r"<[^<>]*>", "", head))
    return "(" in outside and not CONTAINER.search(outside.split("(")[0])


def functions(source):
    """Pairs (first line, number of lines) of every outermost function body."""
    code = COMMENT_OR_LITERAL.sub(blank, source)
    found, depth, head, body = [], 0, "", None
    line = 1
    for letter in code:
        if letter == "\n":
            line += 1
        if letter == "{":
            if body is None and opens_function(head):
                body = (depth, line)
            depth += 1
            head = ""
        elif letter == "}":
            depth -= 1
            if body and body[0] == depth:
                found.append((body[1], line - body[1] + 1))
                body = None
            head = ""
        elif letter == ";":
            head = ""
        else:
            head += letter
    return found
