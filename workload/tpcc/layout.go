package tpcc

import (
	"encoding/binary"

	"ckptbench/workload"
)

// The tables, in the order in which locks are taken: the rows that everybody
// wants come last, so that they are held for the body of a transaction only.
const (
	Item = iota
	Stock
	Customer
	CustomerOrder // an index: the newest order of each customer
	OrderLine
	Order
	NewOrder
	History
	District
	Warehouse
	tables
)

const maxLines = 15 // of an order

// The columns are at fixed offsets, integers little-endian, money in cents,
// rates in 1/10,000, dates in milliseconds since 1970, 0 for none; text
// shorter than its column ends in zero bytes. Columns that one procedure writes
// are neighbours. Those that the specification does not have say so.

// ITEM
const (
	iID = 0
	// I_IM_ID is never read.
	iImID  = iID + 4
	iPrice = iImID + 4
	iName  = iPrice + 8
	iData  = iName + 24
	iSize  = iData + 50
)

// STOCK
const (
	sIID = 0
	sWID = sIID + 4
	// From here to S_REMOTE_CNT: what New-Order writes.
	sQuantity  = sWID + 4
	sYTD       = sQuantity + 4
	sOrderCnt  = sYTD + 8
	sRemoteCnt = sOrderCnt + 4
	sDist      = sRemoteCnt + 4 // S_DIST_01 to S_DIST_10
	sData      = sDist + 10*distSize
	sSize      = sData + 50

	distSize = 24
)

// CUSTOMER
const (
	cID        = 0
	cDID       = cID + 4
	cWID       = cDID + 4
	cFirst     = cWID + 4
	cMiddle    = cFirst + 16
	cLast      = cMiddle + 2
	cAddress   = cLast + 16
	cPhone     = cAddress + addressSize
	cSince     = cPhone + 16
	cCredit    = cSince + 8
	cCreditLim = cCredit + 2
	cDiscount  = cCreditLim + 8
	// From here on: what Payment and Delivery write.
	cBalance     = cDiscount + 4
	cYTDPayment  = cBalance + 8
	cPaymentCnt  = cYTDPayment + 8
	cDeliveryCnt = cPaymentCnt + 4
	cData        = cDeliveryCnt + 4
	cSize        = cData + cDataSize

	cDataSize   = 500
	addressSize = 20 + 20 + 20 + 2 + 9 // two streets, city, state, zip
)

// CUSTOMER-ORDER, no table of the specification: what an index of ORDER on
// (O_W_ID, O_D_ID, O_C_ID) tells, the largest O_ID.
const (
	coOID  = 0
	coSize = coOID + 4
)

// ORDER-LINE
const (
	olOID       = 0
	olDID       = olOID + 4
	olWID       = olDID + 4
	olNumber    = olWID + 4
	olIID       = olNumber + 4
	olSupplyWID = olIID + 4
	// 0 as long as it is not delivered.
	olDeliveryD = olSupplyWID + 4
	olQuantity  = olDeliveryD + 8
	olAmount    = olQuantity + 4
	olDistInfo  = olAmount + 8
	olSize      = olDistInfo + distSize
)

// ORDER
const (
	oID        = 0
	oDID       = oID + 4
	oWID       = oDID + 4
	oCID       = oWID + 4
	oEntryD    = oCID + 4
	oCarrierID = oEntryD + 8 // 0 for none
	oOLCnt     = oCarrierID + 4
	oAllLocal  = oOLCnt + 4
	oSize      = oAllLocal + 4
)

// NEW-ORDER
const (
	noOID  = 0
	noDID  = noOID + 4
	noWID  = noDID + 4
	noSize = noWID + 4
)

// HISTORY
const (
	hCID    = 0
	hCDID   = hCID + 4
	hCWID   = hCDID + 4
	hDID    = hCWID + 4
	hWID    = hDID + 4
	hDate   = hWID + 4
	hAmount = hDate + 8
	hData   = hAmount + 8
	hSize   = hData + 24
)

// DISTRICT. The columns from D_YTD on are Payment's, from D_NEXT_O_ID on
// New-Order's. Those named Gone sum up what has left the rings.
const (
	dID      = 0
	dWID     = dID + 4
	dName    = dWID + 4
	dAddress = dName + 10
	dTax     = dAddress + addressSize
	dYTD     = dTax + 4
	dHGone   = dYTD + 8 // ours: H_AMOUNT of history rows overwritten
	// From here on: New-Order's alone.
	dNextOID   = dHGone + 8
	dOGone     = dNextOID + 4 // ours: delivered orders overwritten
	dOLGone    = dOGone + 4   // ours: OL_AMOUNT of their lines
	dOrdered   = dOLGone + 8  // ours: OL_QUANTITY of all lines since the load
	dLines     = dOrdered + 8 // ours: lines since the load
	dSize      = dLines + 8
	dOrderSize = dSize - dNextOID
)

// WAREHOUSE
const (
	wID      = 0
	wName    = wID + 4
	wAddress = wName + 10
	wTax     = wAddress + addressSize
	wYTD     = wTax + 4
	wHGone   = wYTD + 8 // ours: H_AMOUNT of history rows overwritten
	wSize    = wHGone + 8
)

// Tables returns the nine tables of clause 1.3 and the index.
func (b *Benchmark) Tables() []workload.Table {
	c := &b.cfg
	districts := uint64(c.districts())
	customers, orders := districts*uint64(c.Customers), districts*uint64(c.Orders)
	return []workload.Table{
		Item:          {Name: "item", ValueSize: iSize, Capacity: uint64(c.Items) + 1}, // and the unused one
		Stock:         {Name: "stock", ValueSize: sSize, Capacity: uint64(c.Warehouses * c.Items)},
		Customer:      {Name: "customer", ValueSize: cSize, Capacity: customers},
		CustomerOrder: {Name: "customer-order", ValueSize: coSize, Capacity: customers},
		OrderLine:     {Name: "order-line", ValueSize: olSize, Capacity: orders * maxLines},
		Order:         {Name: "order", ValueSize: oSize, Capacity: orders},
		NewOrder:      {Name: "new-order", ValueSize: noSize, Capacity: orders},
		History:       {Name: "history", ValueSize: hSize, Capacity: districts * uint64(c.History)},
		District:      {Name: "district", ValueSize: dSize, Capacity: districts},
		Warehouse:     {Name: "warehouse", ValueSize: wSize, Capacity: uint64(c.Warehouses)},
	}
}

// A row is a record's value.
// The methods read and write columns at their offsets: u32 and i64, set, add, and is32 for a
// comparison. They panic where the row is shorter than its table's.
type row []byte

func (r row) u32(at int) uint32       { return binary.LittleEndian.Uint32(r[at:]) }
func (r row) i64(at int) int64        { return int64(binary.LittleEndian.Uint64(r[at:])) }
func (r row) set32(at int, v uint32)  { binary.LittleEndian.PutUint32(r[at:], v) }
func (r row) set64(at int, v int64)   { binary.LittleEndian.PutUint64(r[at:], uint64(v)) }
func (r row) text(at, n int) []byte   { return r[at : at+n] }
func (r row) add32(at int, v uint32)  { r.set32(at, r.u32(at)+v) }
func (r row) add64(at int, v int64)   { r.set64(at, r.i64(at)+v) }
func (r row) is32(at int, v int) bool { return r.u32(at) == uint32(v) }
