// Package stage puts machines that speak by datagrams under the commands of a
// transcript: nothing happens by itself. Messages wait until they are let go, in
// any order; they can be lost or sent twice; synchronous writes can be held, and
// a crash then falls between two effects. Timers fire when told.
//
// The commands, in which n1 is a server and n1->n2 a direction:
//
//	propose n1 x y          n1 is asked for x, then for y
//	deliver n1->n2 KIND     the first such message arrives; without KIND any
//	again n1->n2 KIND       it arrives, and stays under way: it came twice
//	lose n1->n2 [KIND]      such messages vanish
//	cut n1-n2, heal n1-n2   what is sent both ways vanishes
//	deliver-all             everything arrives, until nothing is under way
//	fire n1 [TIMER]         a timer runs out
//	crash n1, start n1      what is in memory is lost
//	hold-writes n1          synchronous writes wait
//	write n1                the write that waits is done
//	release n1              writes no longer wait
//	wires                   what is under way
//	show n1                 the server, and its disk
//
// It is for tests; like the machines it has no clock and no goroutine.
package stage
