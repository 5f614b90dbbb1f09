-- What the migrations made goes, rows and all; what was there before them stays.

-- unless found table inventory_data
DROP TABLE IF EXISTS inventory_data;

-- unless found table dim_products
DROP TABLE IF EXISTS dim_products;
