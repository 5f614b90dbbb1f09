//! stocksync: pulls the stock of Ozon and Wildberries into MySQL or MariaDB, exactly or not at all.
#![forbid(unsafe_code)]
