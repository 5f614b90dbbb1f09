-- Which listing is which product is nothing that the older schema can hold; the products and their stock stay.

-- unless found table product_listings
DROP TABLE IF EXISTS product_listings;
