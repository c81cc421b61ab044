"""Prints what rounds-compare has measured beside what must be reached, draws it, and puts both into
the documentation."""

import argparse
import re
import sys
from pathlib import Path

from figures import UnusableFigures, WORKLOADS, load_directory, load_file, write_file
from plot import plot
from tables import document

DATA, PICTURE, PAGE = "performance.json", "performance.svg", "performance.md"
BEGIN, END = "<!-- figures: written by scripts/bench -->", "<!-- end of figures -->"


def embed(page, figures):
    """The page with `figures` between its markers."""
    found = re.search(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", page, re.DOTALL)
    if not found:
        raise UnusableFigures(f"the page has no lines {BEGIN} and {END} to put figures between")
    return page[:found.start()] + f"{BEGIN}\n\n{figures}\n{END}" + page[found.end():]


def publish(runs, docs):
    """Writes the data, the picture and the page in the folder `docs`, unless a workload is
    missing: a run may be made in parts."""
    missing = [name for name in WORKLOADS if name not in runs]
    if missing:
        print(f"report: {docs} is left as it is: it shows all workloads together, and still "
              f"missing are {', '.join(missing)}", file=sys.stderr)
        return
    page = docs / PAGE
    page.write_text(embed(page.read_text(encoding="utf-8"), document(runs)), encoding="utf-8")
    (docs / PICTURE).write_text(plot(runs), encoding="utf-8")
    write_file(runs, docs / DATA)


def check(docs):
    """Fails unless picture and page show what the data says."""
    runs = load_file(docs / DATA)
    page = (docs / PAGE).read_text(encoding="utf-8")
    stale = [name for name, wanted in ((PAGE, embed(page, document(runs))), (PICTURE, plot(runs)))
             if (docs / name).read_text(encoding="utf-8") != wanted]
    if stale:
        raise UnusableFigures(f"{', '.join(stale)} in {docs} differ from {DATA}; "
                              "bench/report/report.py --redraw writes them anew")


def redraw(docs):
    publish(load_file(docs / DATA), docs)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", type=Path, metavar="DIR",
                        help="print the figures that rounds-compare --json DIR has written, and "
                             "draw them into DIR/" + PICTURE)
    parser.add_argument("--publish", type=Path, metavar="DOCS",
                        help="also put them into the documentation, once no workload is missing")
    parser.add_argument("--redraw", type=Path, metavar="DOCS",
                        help=f"write picture and page anew from DOCS/{DATA}")
    parser.add_argument("--check", type=Path, metavar="DOCS",
                        help=f"fail unless picture and page show what DOCS/{DATA} says")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    try:
        if arguments.figures:
            runs = load_directory(arguments.figures)
            print(document(runs), end="")
            (arguments.figures / PICTURE).write_text(plot(runs), encoding="utf-8")
            if arguments.publish:
                publish(runs, arguments.publish)
        if arguments.redraw:
            redraw(arguments.redraw)
        if arguments.check:
            check(arguments.check)
    except (UnusableFigures, OSError) as error:
        print(f"report: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
