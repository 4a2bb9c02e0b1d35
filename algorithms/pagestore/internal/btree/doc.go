// Package btree is a concurrent B+ tree from 8-byte keys to 8-byte values in
// page memory: a B-link tree (Lehman and Yao, TODS 1981), as Apache Ignite's
// BPlusTree is.
//
// Every page knows its right neighbour and its high key, the largest key that it
// or its children may hold; a reader that arrives at a page split meanwhile finds
// the rest by moving right. So a descent holds one latch at a time. Changes latch
// from the leaves up and from left to right: a split keeps the two halves latched
// until their parent knows of both. An inner page's keys are the high keys of its
// children.
//
// A leaf that becomes empty takes over its right neighbour's content, and that
// page is freed; only where both have one parent, whose last child therefore may
// stay empty until keys come back. Other pages are never merged. A late reader that
// comes to a freed page sees that its tag is not the one in the ID, and begins anew
// at the root.
//
// Invoke finds, decides and changes in one descent, with the leaf latched all the
// while, so that its closure is called once whatever others do. (Ignite calls it
// before it latches for writing, under a lock of the key's entry.) Ignite's
// proposal IEP-32 adds batches of sorted keys: they go on from the leaf, or the
// lowest page above it, that holds the next key too.
//
// Closures run with a leaf latched: they may use data pages, whose latches come
// after the tree's, and must not use the tree.
package btree
