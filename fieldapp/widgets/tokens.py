"""Every colour and every size of the window: the tables of the look, and nothing else.

No other module of the window writes a colour or a size; a test greps for it, and another one computes the
contrast of this table. Sizes are in dp (space) and sp (type) at 100 %.
"""

from __future__ import annotations

from dataclasses import dataclass

MODES = ("sun", "night")
SCALES = (1.0, 1.25, 1.5, 1.75, 2.0)

# name -> (sun, night)
COLOURS: dict[str, tuple[str, str]] = {
    "bg": ("#FFFFFF", "#0C1215"),
    "sheet": ("#F3F5F4", "#151D21"),
    "ink": ("#0F1A1E", "#E9EEEF"),
    "ink2": ("#3A484E", "#B3BFC3"),
    "edge": ("#66757B", "#74858C"),
    "line": ("#C4CDCF", "#2E3A40"),
    "act": ("#0A4454", "#8CC9DA"),
    "onact": ("#FFFFFF", "#0C1215"),
    "act_soft": ("#DCE9EC", "#10303A"),
    "alarm": ("#8A1C12", "#FFA698"),
    "alarm_soft": ("#FAE9E5", "#3D1A15"),
    "care": ("#5E4300", "#F0C76E"),
    "care_soft": ("#F8EFD6", "#352A0E"),
    "good": ("#14502F", "#97D6AE"),
    "good_soft": ("#E2EFE6", "#14301F"),
    "pressed": ("#06303C", "#B9E2EE"),
    "hatch": ("#7C8A8F", "#7C8A8F"),
    # the custody scale: colour is the weakest of its cues on purpose
    "c_draft": ("#3A484E", "#B3BFC3"),
    "c_sealed": ("#5E4300", "#F0C76E"),
    "c_handed": ("#1D4F8C", "#9CC2FF"),
    "c_logged": ("#0A4454", "#8CC9DA"),
    "c_acknowledged": ("#14502F", "#97D6AE"),
    "c_purged": ("#3A484E", "#B3BFC3"),
    "c_needs": ("#8A1C12", "#FFA698"),
}

# name -> sp
TYPE: dict[str, int] = {
    "percent": 64,
    "number": 44,
    "script": 42,
    "question": 36,
    "keypad": 32,
    "heading": 30,
    "answer": 26,
    "bar": 24,
    "row": 22,
    "body": 20,
    "second": 18,
    "small": 16,
}

# name -> dp of an icon
ICONS: dict[str, int] = {"small": 22, "key": 26, "large": 36}


@dataclass(frozen=True, slots=True)
class Space:
    """Lengths in dp. `scaled` tells which of them grow with the size of type."""

    hair: int = 1
    rule: int = 2
    edge: int = 2
    edge_chosen: int = 3
    ring: int = 3
    ring_away: int = 2
    xs: int = 4
    s: int = 8
    m: int = 12
    l: int = 16  # noqa: E741
    xl: int = 24
    xxl: int = 32
    xxxl: int = 48
    keypad_gap: int = 10
    r_tag: int = 4
    r_key: int = 8
    r_large: int = 10
    r_answer: int = 12
    touch: int = 48
    key: int = 56
    key_field: int = 88
    keypad_key: int = 92
    large: int = 108
    flash: int = 176
    bar: int = 64
    bar_key: int = 48
    strip: int = 80
    row: int = 96
    row_below: int = 124
    sync_row: int = 88
    stepper: int = 116
    answer: int = 76
    answer_w: int = 720
    tab: int = 48
    tab_tall: int = 64
    cell: int = 68
    cell_inset: int = 4
    triple: int = 100
    slip_w: int = 396
    slip_line: int = 48
    slip_label: int = 136
    slip_mark: int = 28
    section_name: int = 216
    section_part: int = 128
    section_state: int = 92
    reading: int = 840
    question_w: int = 828  # of the questions beside the slip
    thumb: int = 368
    page_w: int = 1280
    page_h: int = 800
    wide_max: int = 1232
    mark: int = 28
    custody_w: int = 176
    custody_h: int = 24
    custody_large_h: int = 44
    custody_long_w: int = 640
    answer_mark: int = 30
    progress: int = 20
    progress_small: int = 12
    byte_bar: int = 10
    side_label: int = 150
    alarm_bar: int = 12
    field: int = 64
    note: int = 132
    caret: int = 3
    band: int = 28
    unlock_w: int = 640
    part_w: int = 232
    stepper_num: int = 140
    hide_w: int = 111
    tile_cols: int = 3
    band_dot: int = 10
    dot: int = 22
    coach: int = 56
    dash: int = 6


SPACE = Space()
REFLOW_LINE, REFLOW_SIDE, REFLOW_ONE = 1.3, 1.6, 2.0
LINE_HEIGHT, LINE_HEIGHT_AR = 1.04, 1.06
PRIVACY_SCRIM = 0.6
