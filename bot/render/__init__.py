"""From catalogue data to Components V2 layouts, which Discord shows. Nothing here awaits or reads."""
