package remote

import "syscall"

// ownGroup puts a child into a process group of its own. It dies with its parent,
// also while it is stopped.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
