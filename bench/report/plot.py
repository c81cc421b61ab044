"""The floors and what was measured as a picture: plain SVG, the same bytes for the same figures."""

import math
from html import escape

from floors import judge
from tables import show

WIDTH, LEFT, RIGHT = 1000, 420, 110
TOP, ROW, BAR, BOTTOM = 64, 26, 14, 34

# On white and on black alike: both bars have enough contrast, texts change with the scheme.
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f; }
.quiet { fill: #57606a; }
.grid { stroke: #8c959f; stroke-opacity: 0.35; }
.floor { stroke: #57606a; stroke-width: 2; }
.range { stroke: #24292f; stroke-width: 1.5; }
.reached { fill: #2f81c1; }
.missed { fill: #d9822b; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .quiet { fill: #9aa4af; }
  .floor { stroke: #9aa4af; }
  .range { stroke: #e6edf3; }
}
"""


class Scale:
    """Margins to horizontal positions, logarithmic, in whole powers of two."""

    def __init__(self, margins):
        finite = [margin for margin in margins if 0 < margin < math.inf] or [1]
        self.low = min(-1, math.floor(math.log2(min(finite))))
        self.high = max(1, math.ceil(math.log2(max(finite))))

    def ticks(self):
        step = max(1, math.ceil((self.high - self.low) / 10))
        below = range(0, self.low - 1, -step)
        above = range(0, self.high + 1, step)
        return sorted({*below, *above})

    def x(self, margin):
        clamped = min(max(margin, 2.0 ** self.low), 2.0 ** self.high)
        share = (math.log2(clamped) - self.low) / (self.high - self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def _text(x, y, content, anchor="start", css=""):
    kind = f' class="{css}"' if css else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}>{escape(content)}</text>'


def _line(x1, y1, x2, y2, css):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'


def _tick_name(power):
    return f"{2 ** power}" if power >= 0 else f"1/{2 ** -power}"


def _row(verdict, scale, y, first):
    floor = verdict.floor
    start, end = sorted((scale.x(1), scale.x(verdict.margin())))
    middle = y + BAR / 2
    margins = sorted(verdict.margin(value) for value in verdict.measured)
    parts = [_text(LEFT - 10, y + BAR - 2, floor.text, "end"),
             f'<rect x="{start:.1f}" y="{y:.1f}" width="{max(end - start, 1):.1f}" height="{BAR}" '
             f'class="{"reached" if verdict.reached else "missed"}"/>',
             _line(scale.x(margins[0]), middle, scale.x(margins[-1]), middle, "range"),
             _text(WIDTH - RIGHT + 12, y + BAR - 2,
                   f"{show(verdict.median)}{floor.unit}")]
    if first:
        parts.append(_text(10, y + BAR - 2, floor.workload))
    return parts


def plot(runs):
    """The text of the SVG file."""
    verdicts = judge(runs)
    scale = Scale([verdict.margin(value) for verdict in verdicts for value in verdict.measured])
    bottom = TOP + ROW * len(verdicts)
    size = next(iter(runs.values())).size
    note = "" if size == "full" else f" (size {size}: not a measurement)"
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + BOTTOM}" '
             f'role="img"><title>What was measured, over what must be reached</title>',
             f"<style>{STYLE}</style>",
             _text(10, 22, "How many times better than its floor each figure is" + note),
             _text(10, 42, "Bar: median; line: smallest to largest round; logarithmic. "
                           "Bars to the left of 1 miss the floor.", css="quiet")]
    for power in scale.ticks():
        x = scale.x(2.0 ** power)
        parts.append(_line(x, TOP - 8, x, bottom, "grid"))
        parts.append(_text(x, bottom + 18, _tick_name(power), "middle", "quiet"))
    previous = None
    for number, verdict in enumerate(verdicts):
        first = verdict.floor.workload != previous
        previous = verdict.floor.workload
        parts += _row(verdict, scale, TOP + ROW * number, first)
    parts.append(_line(scale.x(1), TOP - 8, scale.x(1), bottom, "floor"))
    return "\n".join([*parts, "</svg>"]) + "\n"
