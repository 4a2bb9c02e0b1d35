// Package image writes and reads checkpoint images: files that hold every
// record of a store as of one point of consistency, and the manifests that say
// which images count.
//
// # Files
//
// A directory of images holds
//
//	image-000007       an image; the number is its sequence number
//	image-000008-merge-000010
//	                   image 8 merged with some that it was based on; 10 is the
//	                   number of the merge
//	image-000008.tmp   one being written, or left behind by a crash
//	MANIFEST-000012    the images that count; the highest number that is whole wins
//
// An image is written under its temporary name, synced, renamed; the directory
// is synced; then the next manifest is published the same way. Only then is
// anything deleted: the newest image and the one before it stay, with
// everything they are based on, and so do the last two manifests. A crash at
// any moment leaves the image before or the new one, wholly.
//
// All integers are little endian. Every CRC is CRC-32C (Castagnoli). Every byte
// of a file is covered by one: padding is zero and is covered like the rest.
// Header, blocks and footer begin and end at multiples of 4096 bytes, so that
// they can be read and written past the page cache.
//
//	header | block 0 | block 1 | ... | footer, which ends with the trailer
//
// # Header: 4096 bytes
//
//	 0  8  magic "CKPTIMG\n"
//	 8  4  format version, 1
//	12  4  block size: no block is longer; a multiple of 4096
//	16  8  sequence number of the image, from 1
//	24  8  base: the sequence number of the image this one is based on; 0 for a full image
//	32  2  number of tables, 1 to 64
//	34  1  length of the algorithm's name, at most 64; the name follows
//	 .. per table: 1 length of the name, at most 32; the name; 4 the largest
//	    value in bytes; 8 capacity in records; 1 index, 0 dense and 1 hash
//	 .. zeros
//	4092 4 CRC of the 4092 bytes before
//
// The point of consistency is not here but in the footer: several algorithms
// begin the file before they know it.
//
// # Block: a multiple of 4096 bytes, at most the block size
//
//	 0  4  magic "CKBK"
//	 4  2  stream that wrote it
//	 6  2  zero
//	 8  4  length of the block
//	12  4  length of the records in it
//	16  4  number of records, tombstones included
//	20  4  number of tombstones
//	24  8  sequence number of the image
//	32  8  offset of the block in the file
//	40  8  sum of the digests of its records
//	48  .. the records, one after another
//	 .. zeros
//	-4  4  CRC of everything before
//
// The blocks lie without gaps between header and footer, in the order in which
// they were claimed. All are full but the last of each stream. Each can be read
// without any other.
//
// # Record
//
//	 0  8  key
//	 8  8  stamp: the id of the transaction that wrote the value
//	16  2  table
//	18  4  length of the value; with bit 31 set, and the rest zero, the record is
//	       a tombstone: it is absent, and the stamp is that of its deleter
//	22  .. the value
//
// A reader that lays partial images and logs over each other needs the
// tombstones; in a full image they say no more than that the record is absent.
//
// # Footer: a multiple of 4096 bytes
//
//	 0  8  magic "CKPTEND\n"
//	 8  8  sequence number of the image
//	16  4  CRC field of the header, so that a header goes with one footer only
//	20  8  records, tombstones not included
//	28  8  tombstones
//	36  8  bytes of values
//	44  8  digest: the sum of the digests of all records modulo 2^64
//	52 40  point of consistency: 8 sequence number, 8 log from, 8 log to, 1
//	       length of the kind, 15 the kind and zeros
//	92  2  number of tables
//	94  4  number of blocks
//	98 24  per table: 8 records, 8 tombstones, 8 bytes of values
//	 .. 32 per block: 8 offset, 4 length, 4 CRC, 4 records with tombstones, 4
//	       tombstones, 2 lowest and 2 highest table in it, 4 zero
//	 .. zeros
//	-36 36 trailer
//
// # Trailer: the last 36 bytes of the file
//
//	 0  8  magic "CKPTTLR\n"
//	 8  8  offset of the footer
//	16  8  length of the file
//	24  4  format version, 1
//	28  4  CRC of the footer up to the trailer
//	32  4  CRC of the 32 bytes before
//
// # Manifest
//
// A manifest is text, one image per line, newest first, so that a person can
// read it too. The last line is the CRC of the lines before. Nothing may differ
// from what the writer would write, not even a space.
//
//	ckptbench manifest 1
//	number 12
//	image 8 base 7 size 73728 crc 0a1b2c3d point epoch 57 log 3 4
//	image 7 base 0 size 1069056 crc 99aabbcc point epoch 51 log 3 3
//	crc 4d5e6f70
//
// crc in an image's line is the last four bytes of the image (the CRC of the
// trailer), which ties the line to the content. The images that another is
// based on are in the manifest too, so chains can be followed in it. The line of
// a merged image ends with "merge" and the number of the merge: it stands for
// image 8 under image 8's number, at its point, on the base of the oldest image
// merged, so that what is based on image 8 need not be changed.
package image
