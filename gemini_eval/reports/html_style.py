"""How a page looks, light, dark and printed. One stylesheet in the page itself; nothing is loaded."""

from __future__ import annotations

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "page": "#ffffff",
    "panel": "#f5f6f8",
    "rule": "#d4d8de",
    "text": "#1c2128",
    "dim": "#57606a",
    "good": "#0f6b2f",
    "bad": "#b3201a",
    "warn": "#7a4d00",
    "gone": "#8c1410",
    "gone-on": "#ffe3e0",
    "new": "#0b5325",
    "new-on": "#d8f5de",
    "focus": "#0a58ca",
}
DARK: Mapping[str, str] = {
    "page": "#14171c",
    "panel": "#1d2229",
    "rule": "#39414b",
    "text": "#e6e9ed",
    "dim": "#a6afba",
    "good": "#5fd384",
    "bad": "#ff8d84",
    "warn": "#e9b44c",
    "gone": "#ffc9c4",
    "gone-on": "#4d1f1e",
    "new": "#b6f2c8",
    "new-on": "#153f28",
    "focus": "#8ab8ff",
}


def _variables(palette: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {color};" for name, color in palette.items())


_RULES = """
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font-size: .95rem; line-height: 1.5;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK KR", "Malgun Gothic", sans-serif; }
header, main, footer { max-width: 74rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.75rem; }
footer { padding-top: 1rem; padding-bottom: 2.5rem; }
h1 { font-size: 1.35rem; line-height: 1.45; margin: 0 0 .75rem; padding-left: .9rem; border-left: .3rem solid var(--rule);
  overflow-wrap: anywhere; }
h1.good { border-color: var(--good); } h1.bad { border-color: var(--bad); } h1.warn { border-color: var(--warn); }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .6rem; padding-bottom: .3rem; border-bottom: 1px solid var(--rule);
  overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; overflow-wrap: anywhere; }
ul { padding-left: 1.25rem; } li { overflow-wrap: anywhere; }
code, pre, .mono { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { font-size: .9em; overflow-wrap: anywhere; unicode-bidi: isolate; }
pre { margin: 0; font-size: .85rem; line-height: 1.55; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
.dim { color: var(--dim); } .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
h1 .said { color: var(--text); }
.small { font-size: .875rem; }
.scroll { position: relative; margin: .75rem 0 1.25rem; overflow-x: auto;
  background: linear-gradient(90deg, var(--page) 1.5rem, transparent) left / 3rem 100% local,
    linear-gradient(270deg, var(--page) 1.5rem, transparent) right / 3rem 100% local,
    linear-gradient(90deg, var(--rule), transparent) left / .6rem 100% scroll,
    linear-gradient(270deg, var(--rule), transparent) right / .6rem 100% scroll;
  background-repeat: no-repeat; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .2rem 0 .4rem; }
caption.unseen { position: absolute; width: 1px; height: 1px; padding: 0; overflow: hidden; clip-path: inset(50%); }
th, td { padding: .35rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule);
  unicode-bidi: isolate; }
thead th { color: var(--dim); font-weight: 600; border-bottom-width: 2px; vertical-align: bottom; }
tbody th { font-weight: 500; }
td.number, th.number { text-align: right; }
td.number { white-space: nowrap; }
.short { min-width: 9rem; max-width: 28rem; overflow-wrap: anywhere; }
table.wide { width: 100%; }
td.right { background: var(--new-on); color: var(--new); font-weight: 600; }
td.wrong { background: var(--gone-on); color: var(--gone); font-weight: 600; }
details.box { border: 1px solid var(--rule); border-radius: .4rem; margin: .6rem 0; }
details.box > summary { padding: .5rem .8rem; cursor: pointer; overflow-wrap: anywhere; }
details.box[open] > summary { background: var(--panel); border-bottom: 1px solid var(--rule); border-radius: .4rem .4rem 0 0; }
details.box[open] > summary .hint { display: none; }
details.box > .body { padding: .5rem .8rem .9rem; }
summary .id { font-weight: 600; }
summary .dim, summary .warn { margin-left: .5rem; }
dl { display: grid; grid-template-columns: minmax(5rem, 8.5rem) minmax(0, 1fr); gap: .3rem 1rem; margin: .5rem 0; }
dt { color: var(--dim); font-size: .875rem; overflow-wrap: anywhere; }
dd { margin: 0; min-width: 0; font-size: .9rem; overflow-wrap: anywhere; }
dt.in1 { padding-left: 1rem; } dt.in2 { padding-left: 2rem; } dt.in3 { padding-left: 3rem; }
dd summary { cursor: pointer; }
del, ins { border-radius: .15rem; padding: 0 .08rem; }
del { color: var(--gone); background: var(--gone-on); text-decoration: line-through; }
ins { color: var(--new); background: var(--new-on); text-decoration: underline; text-decoration-thickness: 1px; }
.lines { border: 1px solid var(--rule); border-radius: .3rem; padding: .3rem 0; }
.lines span.line { display: block; padding: 0 .6rem 0 1.9rem; text-indent: -1.3rem; min-height: 1.5em; }
.lines .gone { background: var(--gone-on); color: var(--gone); } .lines .new { background: var(--new-on); color: var(--new); }
.lines .gone del, .lines .new ins { font-weight: 700; }
.lines .gone del { text-decoration-thickness: 2px; } .lines .new ins { text-decoration-thickness: 2px; }
td.value { min-width: 8rem; max-width: 26rem; }
.kind { white-space: nowrap; font-weight: 600; }
@media (max-width: 40rem) {
  header, main, footer { padding-left: .8rem; padding-right: .8rem; }
  h1 { font-size: 1.15rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: .1rem; } dd { margin-bottom: .4rem; }
  th, td { padding: .3rem .5rem; } .short { min-width: 7.5rem; }
  table.wide thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.wide, table.wide caption, table.wide tbody, table.wide tr, table.wide th, table.wide td { display: block; border: 0;
    padding: 0; min-width: 0; max-width: none; }
  table.wide th { font-weight: 600; }
  table.wide tr { border-bottom: 1px solid var(--rule); padding: .35rem 0; }
  table.wide td { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: .5rem; }
  table.wide td::before { content: attr(data-of); color: var(--dim); }
}
@media print {
  body { font-size: 10pt; } header, main, footer { max-width: none; padding: 0; }
  .scroll { overflow: visible; } td.number { white-space: normal; }
  tr, dt, summary, h2, h3 { break-inside: avoid; } h2, h3, caption, summary { break-after: avoid; }
  details.box::details-content { content-visibility: visible; display: block; }
  del, ins, td, .lines span { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""

STYLE = (
    f"\n:root {{ color-scheme: light dark; {_variables(LIGHT)} }}\n"
    f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}{_RULES}"
)
