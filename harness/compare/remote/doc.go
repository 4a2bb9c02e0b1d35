// Package remote runs slices of a store in another process, so that two builds of
// the program can take turns on one machine.
//
// The parent starts a build of the program with its hidden command "slices" and
// writes requests to its stdin; the child answers on its stdout. Both are JSON
// values, a line each: one request, one reply, in turns. The end of stdin ends the
// child.
//
//	{"op":"hello"}                                  -> {"version":2,"go":"go1.26.8","algorithms":["none",…]}
//	{"op":"open","name":…,"config":…,"algorithm":…} -> {}
//	{"op":"touch","share":0.5}                      -> {}
//	{"op":"load"}                                   -> {}
//	{"op":"run","ns":10000000}                      -> {"rate":7.1e5,"elapsed_ns":10012345,"host_ns":0}
//	{"op":"capture","on":true}                      -> {}
//	{"op":"capture","on":false}                     -> {"images":3}
//	{"op":"close"}                                  -> {}
//	{"op":"exact","name":…,"config":…,…}            -> {"figures":[{"name":"image bytes","value":…},…]}
//
// A store that was opened has no memory yet: the parent has both sides touch theirs
// in turns, bit by bit, so that it is spread alike over the machine's, and then load.
//
// A reply with "error" says why a request failed; the child lives on. A child that
// speaks another version, or none, is ErrProtocol.
package remote
