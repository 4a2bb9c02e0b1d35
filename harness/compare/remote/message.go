package remote

import "errors"

// Version is the version of the protocol. A parent and a child of different
// versions do not work together.
const Version = 2 // 2: slices beside captures count all of their time

// Command is the hidden command of the program that serves the protocol.
const Command = "slices"

// ErrProtocol means that the other process does not speak this version of the
// protocol: it is an older or a newer build.
var ErrProtocol = errors.New("does not speak version 2 of the protocol of slices")

// The operations of a request.
const (
	opHello   = "hello"
	opOpen    = "open"
	opTouch   = "touch"
	opLoad    = "load"
	opRun     = "run"
	opCapture = "capture"
	opExact   = "exact"
	opClose   = "close"
)

// A Cell says which store to open.
type Cell struct {
	Name      string `json:"name,omitempty"`      // of the config's file, for messages
	Config    string `json:"config,omitempty"`    // text of an experiment
	Algorithm string `json:"algorithm,omitempty"` // one that the program knows
	Dir       string `json:"dir,omitempty"`       // folder for images and logs, empty
}

// request is a line from the parent to the child.
type request struct {
	Op string `json:"op"`
	Cell
	Nanoseconds int64   `json:"ns,omitempty"`    // length of a slice
	Share       float64 `json:"share,omitempty"` // of the memory to be present
	On          bool    `json:"on,omitempty"`    // captures start
}

// reply is a line from the child to the parent.
type reply struct {
	Error      string   `json:"error,omitempty"`
	Version    int      `json:"version,omitempty"`
	Go         string   `json:"go,omitempty"`
	Algorithms []string `json:"algorithms,omitempty"`
	Slice
	Images  int      `json:"images,omitempty"`
	Figures []Figure `json:"figures,omitempty"`
}

// A Slice is what a store did in one turn.
type Slice struct {
	Rate    float64 `json:"rate,omitempty"`       // transactions a second, all workers
	Elapsed int64   `json:"elapsed_ns,omitempty"` // from the first worker's start to the last one's end
	Host    int64   `json:"host_ns,omitempty"`    // longest time that the host took from one worker
}

// A Figure is one exact figure of an algorithm: the same at every run of the same
// build on every machine.
type Figure struct {
	Name  string  `json:"name"`           // such as image bytes
	Unit  string  `json:"unit,omitempty"` // of Value
	Value float64 `json:"value"`
}
