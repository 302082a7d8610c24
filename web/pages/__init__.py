"""The frame of every page: one style sheet, one small script, templates that escape whatever they are given."""
