-- Nothing to take back: what the cards say may be taken over as often as one likes.
UPDATE wb_card_sizes SET pending = pending WHERE pending IS NULL;
