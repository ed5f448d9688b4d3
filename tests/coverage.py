"""Prints the line coverage of the modules that read what comes from outside, from an LCOV report.

Lines of unit tests at the end of a file, which begin with a `#[cfg(test)]` or `#[cfg(all(test` module, are left out, and so
are files of nothing but tests. The exit status is 1 when a module stays below its aim (second argument, in percent).
"""

import collections
import pathlib
import re
import sys

MODULES = ("format", "text", "decode", "capi")
TESTS = re.compile(r"^#\[cfg\((test|all\(test\b.*)\)\]$")


def lines_before_tests(path):
    """How many lines of a source file come before its unit tests."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if TESTS.match(line) and lines[number + 1].startswith("mod tests {"):
            return number
    return len(lines)


def main():
    aim = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    covered, total, missed = collections.Counter(), collections.Counter(), collections.defaultdict(list)
    module = None
    for record in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        kind, _, value = record.partition(":")
        if kind == "SF":
            found = re.search(r"/src/([^/]+?)(?:\.rs|/.*)$", value)
            module = found.group(1) if found else None
            if module not in MODULES or value.endswith("_tests.rs") or "/fuzz/" in value or "/crates/" in value or "/bindings/" in value:
                module = None
            else:
                name, last = value[value.index("/src/") + 1 :], lines_before_tests(value)
        elif kind == "DA" and module:
            line, count = map(int, value.split(",")[:2])
            if line > last:
                continue
            total[module] += 1
            covered[module] += count > 0
            if not count:
                missed[name].append(line)
    for name, numbers in sorted(missed.items()):
        print(f"not reached: {name}: {', '.join(map(str, numbers))}")
    below = False
    for module in MODULES:
        percent = 100.0 * covered[module] / max(total[module], 1)
        below |= percent < aim or total[module] == 0
        print(f"src/{module}: {covered[module]} of {total[module]} lines, {percent:.1f} %")
    percent = 100.0 * covered.total() / max(total.total(), 1)
    print(f"together: {covered.total()} of {total.total()} lines, {percent:.1f} %")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
