"""Renders the chart as `helm template` would, as far as the chart goes, and refuses what it does not know.

Only what the templates use is there: a mistake in a name or an action stops the rendering instead of leaving a blank, as
Helm itself would.
"""

import hashlib
import pathlib
import re

import yaml

ACTION = re.compile(r"\{\{(-)?\s*(.*?)\s*(-)?\}\}", re.DOTALL)
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[()|]|[^\s()|]+')


class Unknown(Exception):
    """Something in a template that this does not know."""


def render(chart: pathlib.Path, release: str, values: dict) -> list[dict]:
    """The objects of a release, with these values in the place of the chart's own."""
    about = yaml.safe_load((chart / "Chart.yaml").read_text())
    own = yaml.safe_load((chart / "values.yaml").read_text())
    scope = {
        "Chart": {"Name": about["name"], "AppVersion": about["appVersion"]},
        "Release": {"Name": release, "Service": "Helm"},
        "Values": merged(own, values),
    }
    files = sorted((chart / "templates").iterdir())
    templates = {}
    parsed = {file.name: parse(file.read_text(), templates) for file in files}
    documents = [write(nodes, scope, templates) for name, nodes in parsed.items() if not name.startswith("_")]
    return [found for text in documents for found in yaml.safe_load_all(text) if found is not None]


def merged(own, given):
    if not (isinstance(own, dict) and isinstance(given, dict)):
        return given
    return {key: merged(own[key], given[key]) if key in own and key in given else {**own, **given}[key] for key in {**own, **given}}


def parse(text: str, templates: dict) -> list:
    """Texts and actions, blocks inside one another: `("if", condition, then, otherwise)`."""
    tokens, end = [], 0
    for found in ACTION.finditer(text):
        before = text[end : found.start()]
        tokens.append(before.rstrip() if found[1] else before)
        tokens.append((found[2],))
        end = found.end()
        if found[3]:
            end += len(text[end:]) - len(text[end:].lstrip())
    tokens.append(text[end:])
    nodes, rest = block(tokens, templates)
    if rest:
        raise Unknown(f"an end without a beginning before {rest[:2]}")
    return nodes


def block(tokens: list, templates: dict):
    nodes = []
    while tokens:
        token, *tokens = tokens
        if isinstance(token, str):
            nodes.append(token)
            continue
        keyword, _, rest = token[0].partition(" ")
        if keyword in ("end", "else"):
            return nodes, [token, *tokens]
        if keyword in ("if", "range", "define"):
            inside, tokens = block(tokens, templates)
            otherwise = []
            if tokens and tokens[0] == ("else",) and keyword == "if":
                otherwise, tokens = block(tokens[1:], templates)
            if not tokens or tokens[0] != ("end",):
                raise Unknown(f"no end of {token[0]!r}")
            tokens = tokens[1:]
            if keyword == "define":
                templates[rest.strip('"')] = inside
            else:
                nodes.append((keyword, rest, inside, otherwise))
        else:
            nodes.append(("write", token[0]))
    return nodes, []


def write(nodes: list, scope, templates: dict) -> str:
    text = ""
    for node in nodes:
        match node:
            case str():
                text += node
            case ("write", action):
                text += shown(value(action, scope, templates))
            case ("if", condition, then, otherwise):
                text += write(then if value(condition, scope, templates) else otherwise, scope, templates)
            case ("range", items, inside, _):
                text += "".join(write(inside, item, templates) for item in value(items, scope, templates))
    return text


def shown(found) -> str:
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, (str, int)):
        return str(found)
    raise Unknown(f"{found!r} cannot be written into a text")


def value(pipeline: str, scope, templates: dict):
    words = WORD.findall(pipeline)
    if "(" in words:
        raise Unknown(f"brackets in {pipeline!r}")
    stages, result = [[]], []
    for word in words:
        stages.append([]) if word == "|" else stages[-1].append(word)
    for stage in stages:
        result = [called(stage, result, scope, templates)]
    return result[0]


def called(stage: list, piped: list, scope, templates: dict):
    name, *words = stage
    given = [looked_up(word, scope) for word in words] + piped
    match name, given:
        case "include", [template, inner]:
            return write(templates[template], inner, templates)
        case "nindent", [by, text]:
            return "\n" + "\n".join(" " * by + line if line else line for line in text.splitlines())
        case "toYaml", [found]:
            return yaml.safe_dump(found, sort_keys=True, default_flow_style=False).rstrip("\n")
        case "quote", [found]:
            return '"' + shown(found).replace("\\", "\\\\").replace('"', '\\"') + '"'
        case "default", [otherwise, found]:
            return found or otherwise
        case "printf", [form, *rest]:
            return form % tuple(rest)
        case "sha256sum", [text]:
            return hashlib.sha256(text.encode()).hexdigest()
        case "not", [found]:
            return not found
        case _, [] if not words:
            return looked_up(name, scope)
    raise Unknown(f"{name} with {len(given)} arguments")


def looked_up(word: str, scope):
    if word.startswith('"'):
        return word[1:-1]
    if word.lstrip("-").isdigit():
        return int(word)
    if not word.startswith("."):
        raise Unknown(f"the function or word {word!r}")
    for member in filter(None, word.split(".")):
        if not isinstance(scope, dict) or member not in scope:
            raise Unknown(f"the value {word!r}: there is no {member}")
        scope = scope[member]
    return scope
