// Package tpcc is TPC-C (TPC Benchmark C, Standard Specification, Revision 5.11)
// as one-shot transactions that declare their keys: nine tables, the five
// procedures, the loader, and the consistency conditions as an oracle of images.
// Clause numbers in this package are the specification's. There are no terminals
// to type at: no keying and thinking times, no screens; tpmC is not what is
// measured.
//
// # Rings
//
// Tables do not grow in the engine under study, and a benchmark that filled them
// would end. So ORDER with its lines and NEW-ORDER, and HISTORY, are rings, one for
// each district: O_ID modulo Config.Orders is an order's place, and the new order
// overwrites the one that is that much older, its lines included.
//
// If the old order was delivered, the district's row takes over that one more
// is gone (D_O_GONE) and the OL_AMOUNT of its lines (D_OL_GONE); likewise the
// H_AMOUNT of a history row overwritten goes to the district's and the warehouse's
// rows (D_H_GONE, W_H_GONE). Both transactions have these rows locked anyway.
//
// If it was not, the ring is full of undelivered orders, and the oldest is
// cancelled: its rows are overwritten and no money moves, as none has moved. The
// NEW-ORDER rows stay consecutive. The mix full orders a tenth more than it
// delivers, so in the end one New-Order of ten cancels one; calc delivers
// nothing, so all do. In the mix deck Delivery keeps pace, give or take.
//
// Note: aborting such a New-Order instead would change what is measured, and
// delivering the old order first would take the lock of a customer that is known
// only after a reading. A New-Order that cancels writes the very records that it
// would write otherwise.
//
// # Keys that depend on data
//
// A procedure that does not know its keys declares what tells them, notes what it
// sees, asks to run again, and then verifies under its locks before it writes.
//
//	New-Order     O_ID from the district's hint (see below); D_NEXT_O_ID verifies it
//	Payment       the customer by last name from an index that never changes
//	Order-Status  reads the index of newest orders, then that order
//	Delivery      reads the oldest order's header, then takes the order
//	Stock-Level   reads the lines of the last 20 orders, then the stock of their items
//
// A hint is what the last transaction saw of a district, kept beside the database,
// so that New-Order needs no transaction that only reads. It is wrong only if
// another New-Order of the district got its lock between the declaration and
// the lock, and in a database other than the last one (one just recovered), once
// for each district. Tickets drawn from a counter would be no better: an order that is
// rolled back would leave a gap, which condition 3 forbids, and transactions that
// got their locks in another order than their tickets would all have to try again.
//
// Locks are taken in the order of the tables, the rows that everybody wants, the
// district and the warehouse, last.
//
// # Conditions
//
// Check decides all twelve conditions of clause 3.3.2. "Gone" is what the columns
// above have summed up, 0 as long as a ring has not come round.
//
//	 1  W_YTD = sum(D_YTD)
//	 2  D_NEXT_O_ID-1 = max(O_ID) = max(NO_O_ID), and the newest orders are all there,
//	    as many as the ring holds
//	 3  max(NO_O_ID)-min(NO_O_ID)+1 = rows of NEW-ORDER
//	 4  sum(O_OL_CNT) = rows of ORDER-LINE
//	 5  O_CARRIER_ID is null if and only if there is a NEW-ORDER row
//	 6  O_OL_CNT = rows of ORDER-LINE of the order
//	 7  OL_DELIVERY_D is null if and only if O_CARRIER_ID is
//	 8  W_YTD = sum(H_AMOUNT) + gone, by warehouse
//	 9  D_YTD = sum(H_AMOUNT) + gone, by district
//	10  C_BALANCE = sum(OL_AMOUNT, delivered) - sum(H_AMOUNT), by customer until
//	    something of the customer's is gone (C_PAYMENT_CNT and C_DELIVERY_CNT tell);
//	    with what is gone, the sum over all customers
//	11  rows of ORDER - rows of NEW-ORDER + gone = those loaded as delivered
//	    (2100) + sum(C_DELIVERY_CNT), by district. The clause has it for a database
//	    just loaded
//	12  C_BALANCE + C_YTD_PAYMENT = sum(OL_AMOUNT, delivered), by customer until an
//	    order of the customer's is gone, then at least; with what is gone, the sum
//	    over each district
//
// Three more are ours, as those twelve say nothing of STOCK, the table with the
// most writes: CondStock, sum(S_YTD) and sum(S_ORDER_CNT) against what the districts
// have ordered since the load; CondIndex; and CondRows.
//
// # Deviations
//
//   - Rings, as above, and the columns and the index table that go with them.
//   - Order-Status finds a customer's newest order by a table of one small row a
//     customer, which New-Order writes: the engine has no secondary index. A customer
//     whose last order is gone from the ring has none.
//   - Delivery is one transaction in the client's stream, not queued.
//   - Stock-Level is serializable, where clause 2.8.2.3 asks for less.
//   - A transaction's terminal is chosen anew each time, of all there are: a client
//     is a worker that serves whoever comes next, so few workers use all warehouses.
//   - Lines of an order are numbered in the order of their stock's keys, in which
//     they are locked.
//   - No clock is read: dates are the load's and a millisecond more a call.
//   - C_LAST of a district made smaller than 1000 customers is chosen among the
//     names that it has.
package tpcc
