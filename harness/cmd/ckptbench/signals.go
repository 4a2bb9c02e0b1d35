package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// interruptible returns a context that SIGINT, SIGTERM and SIGHUP end, so that
// what was measured can be kept. The second SIGINT or SIGTERM ends the process at
// once, with a line to w. SIGHUP does not count as one of these: a person who closes a
// terminal may send several, and an isolated trial learns by one that its run
// was interrupted, which a key in the terminal has sent it already. Where SIGHUP is
// ignored, as under nohup, it stays so.
func interruptible(w io.Writer) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		asked := 0
		for s := range signals {
			cancel()
			if s == syscall.SIGHUP {
				signal.Ignore(syscall.SIGPIPE) // the terminal is gone, and writing to it is no reason to end
				continue
			}
			if asked++; asked == 2 {
				fmt.Fprintln(w, "ckptbench: interrupted again: ended at once, the trial that was running is lost")
				os.Exit(exitInterrupted)
			}
		}
	}()
	return ctx, cancel
}

// stopSignal is what asks a process of an isolated trial to end and keep what it
// measured.
func stopSignal() os.Signal {
	if signal.Ignored(syscall.SIGHUP) { // then it is ignored there too
		return os.Interrupt
	}
	return syscall.SIGHUP
}
