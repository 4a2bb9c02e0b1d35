package pagestore

import "ckptbench/algorithms/pagestore/internal/rowstore"

// Keys implements store.Orderer: it walks the leaves of the table's tree. Of each
// row the page is looked at, to tell whether the record is deleted.
func (p *pagestore) Keys(dst []uint64, table int, from uint64, n int) []uint64 {
	if n < 1 {
		return dst
	}
	// The head of a row says whether it is present; a row that goes on in another page is one
	// with a value.
	err := p.tables[table].rows.Scan(from, func(head []byte) bool {
		dst = append(dst, rowstore.Key(head))
		if len(head) < headed || present(head) { // one that goes on elsewhere is present
			n--
		}
		return n > 0
	})
	if err != nil {
		panic(broken("scan", from, err))
	}
	return dst
}
