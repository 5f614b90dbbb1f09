-- The names of sizes are forgotten; the cards tell them again.

-- if column wb_card_sizes.size_name
ALTER TABLE wb_card_sizes DROP COLUMN size_name;

-- if column product_listings.size_name
ALTER TABLE product_listings DROP COLUMN size_name;
