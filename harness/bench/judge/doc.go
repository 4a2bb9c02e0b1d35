// Package judge compares an image with what the transactions of the run left: with
// every record, every value and every transaction, though the run was not recorded. It
// knows no algorithm.
//
// # What it needs
//
// Each worker's committed transactions in order, their ids and what they wrote (a
// Session). Ids of the transactions that wrote one record ascend in the order in which
// they did, so the newest version of a record is the one with the largest id.
//
// # What it decides
//
// A transaction is in an image where a record that it wrote carries its id or a later
// one, and out where one carries an earlier one. From this follows, for each image:
//
//	torn       no transaction is both
//	session    no transaction that is in follows one of its worker that is out
//	order      whoever is in has all before it, on every record, in: one that is
//	           overwritten by a transaction that is in counts as in, and is not out
//	           anywhere
//	fresh      what had committed before the checkpoint was asked for is in
//	complete   the records, their ids and every byte of their values are what the
//	           transactions that are in left, no record more and none less
//
// The last says nearly all of it: each worker's transactions that are in are a prefix
// of its session, so the image as a whole is known from where these end.
//
// It does not see what the transactions read: an order between two that is made by a
// read alone, and real time between two workers, are left to package oracle and a
// recorded run.
package judge
