package model

import "slices"

// ItemState is how far an item of a batch has got.
type ItemState int

// The states of an item. The last four are final.
const (
	ItemWaiting ItemState = iota // not sent
	ItemSent                     // the request is on its way
	ItemRunning                  // accepted by the API
	ItemUnknown                  // the answer was lost, and the lists are searched for it
	ItemDone                     // it succeeded
	ItemFailed                   // refused, or it failed later: may be retried
	ItemNotSeen                  // the lists do not show it: never resent automatically
	ItemStopped                  // will not be sent
)

// String returns the state's name, for people and for programs.
func (s ItemState) String() string {
	return [...]string{
		ItemWaiting: "waiting", ItemSent: "sent", ItemRunning: "running", ItemUnknown: "unknown",
		ItemDone: "done", ItemFailed: "failed", ItemNotSeen: "not seen", ItemStopped: "stopped",
	}[s]
}

// Over reports whether the state is final.
func (s ItemState) Over() bool { return s >= ItemDone }

// UnderWay reports whether the item has been sent and has no final state yet.
func (s ItemState) UnderWay() bool { return s > ItemWaiting && !s.Over() }

// itemStates maps an operation's phase to the item's state.
var itemStates = [...]ItemState{
	PhaseRunning: ItemRunning, PhaseUnknown: ItemUnknown, PhaseDone: ItemDone,
	PhaseFailed: ItemFailed, PhaseRefused: ItemFailed, PhaseNotSeen: ItemNotSeen, PhaseCanceled: ItemStopped,
	PhaseUnconfirmed: ItemNotSeen,
}

// Item is one action of a batch.
type Item struct {
	Number    int // its index in the batch
	Request   ActionRequest
	State     ItemState
	Attempts  int    // how often it was sent
	Operation int    // the number of its last attempt's operation; 0: none yet
	Reason    string // why it ended like this, to display
}

// Limits bound how much of a batch runs at once.
type Limits struct {
	Sending int // requests that are not answered yet; at least 1
	Running int // actions under way, including those requests; less than 1: no limit
}

// Batch tracks several actions that were confirmed together. It sends nothing itself: Next returns
// what to send, and ApplyOperation takes the results. It is not safe for concurrent use.
type Batch struct {
	items  []Item
	limits Limits
}

// NewBatch returns a batch of actions, to be sent in their order within the limits.
func NewBatch(requests []ActionRequest, limits Limits) *Batch {
	b := &Batch{limits: limits, items: make([]Item, len(requests))}
	for i, in := range requests {
		b.items[i] = Item{Number: i, Request: in}
	}
	return b
}

// Next returns the items to send now, and marks them as sent. The caller sends each once, and calls
// SetOperation with its operation.
//
// An item waits while an action in the batch forbids it, or one outside, as reported by busy (nil:
// none). Each server gets one request at a time, because each is checked against the result of the
// last one.
func (b *Batch) Next(busy func(ActionRequest) bool) []Item {
	var underWay []Operation
	sending, sendingTo := 0, map[ID]bool{}
	for _, it := range b.items {
		if it.State.UnderWay() {
			underWay = append(underWay, it.asOperation())
		}
		if it.State == ItemSent {
			sending++
			sendingTo[it.server()] = true
		}
	}
	var out []Item
	for i := range b.items {
		it := &b.items[i]
		if sending >= max(b.limits.Sending, 1) || b.limits.Running > 0 && len(underWay) >= b.limits.Running {
			return out
		}
		forbids := func(o Operation) bool { return o.Forbids(it.Request.Action, it.Request.Point) }
		if it.State != ItemWaiting || sendingTo[it.server()] || slices.ContainsFunc(underWay, forbids) || busy != nil &&
			busy(it.Request) {
			continue
		}
		it.State, it.Operation, it.Reason = ItemSent, 0, ""
		it.Attempts++
		underWay = append(underWay, it.asOperation())
		sending++
		sendingTo[it.server()] = true
		out = append(out, *it)
	}
	return out
}

func (it Item) server() ID { return it.Request.Point.Server.ID }

// asOperation returns the item as an operation under way.
func (it Item) asOperation() Operation {
	return Operation{Action: it.Request.Action, Point: it.Request.Point, Server: it.Request.Point.Server,
		ThenRestore: it.Request.ThenRestore}
}

// SetOperation records which operation an item of Next has become; see [State.Begin].
func (b *Batch) SetOperation(number, operation int) {
	if it := &b.items[number]; it.State == ItemSent && it.Operation == 0 {
		it.Operation = operation
	}
}

// ApplyOperation applies the progress of an operation, and reports whether an item has changed. It
// ignores late results of an earlier attempt and changes after the end. It also ignores
// PhaseSending, which Next has already recorded.
func (b *Batch) ApplyOperation(o Operation) bool {
	for i := range b.items {
		it := &b.items[i]
		if o.Number == 0 || it.Operation != o.Number || !it.State.UnderWay() || o.Phase == PhaseSending {
			continue
		}
		state := itemStates[o.Phase]
		changed := state != it.State || o.Reason != it.Reason
		it.State, it.Reason = state, o.Reason
		return changed
	}
	return false
}

// Stop cancels what has not been sent, and returns how many items that were. What is under way
// continues.
func (b *Batch) Stop() int { return b.changeState(ItemWaiting, ItemStopped) }

// Retry queues the failed items again, and returns how many there were.
func (b *Batch) Retry() int { return b.changeState(ItemFailed, ItemWaiting) }

func (b *Batch) changeState(from, to ItemState) int {
	n := 0
	for i := range b.items {
		if b.items[i].State == from {
			b.items[i].State = to
			n++
		}
	}
	return n
}

// Items returns a copy of the items, in their order.
func (b *Batch) Items() []Item { return append([]Item(nil), b.items...) }

// Count returns how many items are in the state.
func (b *Batch) Count(state ItemState) int {
	n := 0
	for _, it := range b.items {
		if it.State == state {
			n++
		}
	}
	return n
}

// Over reports whether all items are in a final state.
func (b *Batch) Over() bool {
	for _, it := range b.items {
		if !it.State.Over() {
			return false
		}
	}
	return true
}
