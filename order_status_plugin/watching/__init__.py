"""For those who run it: lines of a log, figures for a monitor, and the doctor's screen. Nothing of any person."""
