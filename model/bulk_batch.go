package model

import "slices"

// ItemState is how far an item of a batch has come.
type ItemState int

// The states of an item. The last four are over.
const (
	ItemWaiting ItemState = iota // not sent
	ItemSent                     // the request is on its way
	ItemRunning                  // the API took it on
	ItemUnknown                  // the answer was lost, and is being looked for
	ItemDone                     // it ended well
	ItemFailed                   // refused, or it failed later: may be tried again
	ItemNotSeen                  // the lists have not shown that it was done: it is never sent again by itself
	ItemStopped                  // will not be sent
)

// String is the state for a person and for machines.
func (s ItemState) String() string {
	return [...]string{
		ItemWaiting: "waiting", ItemSent: "sent", ItemRunning: "running", ItemUnknown: "unknown",
		ItemDone: "done", ItemFailed: "failed", ItemNotSeen: "not seen", ItemStopped: "stopped",
	}[s]
}

// Over says whether nothing more is expected of the item.
func (s ItemState) Over() bool { return s >= ItemDone }

// UnderWay says whether the item's request has left and its end is not known.
func (s ItemState) UnderWay() bool { return s > ItemWaiting && !s.Over() }

// itemStates tells an item's state by its operation's phase.
var itemStates = [...]ItemState{
	PhaseRunning: ItemRunning, PhaseUnknown: ItemUnknown, PhaseDone: ItemDone,
	PhaseFailed: ItemFailed, PhaseRefused: ItemFailed, PhaseNotSeen: ItemNotSeen, PhaseCanceled: ItemStopped, PhaseUnconfirmed: ItemNotSeen,
}

// Item is one deed of a batch.
type Item struct {
	Number    int // its place in the batch, from 0
	Request   ActionRequest
	State     ItemState
	Attempts  int    // how often it was sent
	Operation int    // the number of the operation of its last try; 0 before it has one
	Reason    string // why it ended as it did, for a person
}

// Limits bound how much of a batch goes on at once.
type Limits struct {
	Sending int // requests that are not answered yet; less than 1 counts as 1
	Running int // deeds that are under way, those requests included; less than 1: no bound
}

// Batch keeps the books of several deeds that were confirmed together. It sends nothing: Next says what is to be sent, and
// Heard is told what became of it. It has one writer.
type Batch struct {
	items  []Item
	limits Limits
}

// NewBatch makes a batch of deeds, sent in their order as far as the limits let them.
func NewBatch(intents []ActionRequest, limits Limits) *Batch {
	b := &Batch{limits: limits, items: make([]Item, len(intents))}
	for i, in := range intents {
		b.items[i] = Item{Number: i, Request: in}
	}
	return b
}

// Next takes out what may be sent now, and counts it as sent: the caller sends each of them once and tells by Began which
// operation it is. An item waits while another one under way forbids it, or an action outside the batch, of which busy tells; a
// nil busy knows of none. On one server requests leave one after the other: each is checked against what the last one did.
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
		if it.State != ItemWaiting || sendingTo[it.server()] || slices.ContainsFunc(underWay, forbids) || busy != nil && busy(it.Request) {
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

// asOperation is the item as an operation under way.
func (it Item) asOperation() Operation {
	return Operation{Action: it.Request.Action, Point: it.Request.Point, Server: it.Request.Point.Server, ThenRestore: it.Request.ThenRestore}
}

// SetOperation tells which operation an item that Next gave out has become; see [State.Begin].
func (b *Batch) SetOperation(number, operation int) {
	if it := &b.items[number]; it.State == ItemSent && it.Operation == 0 {
		it.Operation = operation
	}
}

// ApplyOperation takes in how far an operation has come, and says whether an item of the batch has changed by it. What an earlier
// try is late to tell is dropped, as is what comes after the end, and news that it was sent: that is known from Next.
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

// Stop gives up what has not been sent, and says how many that were. What is under way goes on.
func (b *Batch) Stop() int { return b.changeState(ItemWaiting, ItemStopped) }

// Retry puts back in line what has failed, and nothing else, and says how many that were.
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

// Items are the items in their order, as they stand now.
func (b *Batch) Items() []Item { return append([]Item(nil), b.items...) }

// Count says how many items are in the state.
func (b *Batch) Count(state ItemState) int {
	n := 0
	for _, it := range b.items {
		if it.State == state {
			n++
		}
	}
	return n
}

// Over says whether nothing more is expected of any item.
func (b *Batch) Over() bool {
	for _, it := range b.items {
		if !it.State.Over() {
			return false
		}
	}
	return true
}
