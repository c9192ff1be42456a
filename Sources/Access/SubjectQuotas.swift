internal import Reactor

/// The latest admissions of many subjects. Each admission costs constant time, and so does each
/// request: at most two subjects whose admissions have all left the window are forgotten with it.
struct SubjectQuotas {
    private struct Subject {
        var name: [UInt8]
        /// The times of the latest admissions, the oldest first, in a ring that grows to the
        /// highest limit that the subject was asked for with.
        var times: AdmissionTimes
    }

    private let quota: QuotaRules
    private let subjectsMax: Int
    private var slots: [[UInt8]: Int] = [:]
    private var subjects: [Subject] = []
    private var freeSlots: [Int] = []
    /// The slots by when their latest admission leaves the window.
    private var ends: DeadlineQueue
    private var latestNow = Int64.min

    init(quota: QuotaRules, subjectsMax: Int) {
        self.quota = quota
        self.subjectsMax = subjectsMax
        ends = DeadlineQueue(timeout: quota.windowMilliseconds)
    }

    /// - Parameter terms: of a request for at least one admission.
    mutating func admit(
        _ name: [UInt8], _ terms: AdmissionTerms, now clock: Int64
    ) -> AdmissionDecision {
        let limit = terms.limit
        // Each reactor reads the clock for itself, so that one may be behind another.
        let now = max(clock, latestNow)
        latestNow = now
        forgetEnded(now)
        forgetEnded(now)

        guard let slot = slots[name] ?? newSlot(for: name) else {
            return .unavailable(.storeFull(subjectsMax: subjectsMax))
        }
        let window = quota.windowMilliseconds
        subjects[slot].times.removeAll(through: now - window)
        let count = subjects[slot].times.count
        // At least so many must fit.
        let wanted = terms.takesPart ? 1 : terms.count
        guard count + wanted <= limit else {
            // Under a higher limit more may have been admitted: these must leave too.
            let last = subjects[slot].times[count + wanted - 1 - limit]
            return .refused(retrySeconds: quota.seconds(untilReset: last + window - now))
        }
        let given = min(terms.count, limit - count)
        for _ in 0..<given { subjects[slot].times.append(now, countMax: limit) }
        ends.set(slot, now: now)
        let oldest = subjects[slot].times.first ?? now
        let seconds = quota.seconds(untilReset: oldest + window - now)
        if given < terms.count { return .partly(count: given, retrySeconds: seconds) }
        return terms.ofAll(left: limit - count - given, resetSeconds: seconds)
    }

    private mutating func forgetEnded(_ now: Int64) {
        guard let slot = ends.popPassed(now: now) else { return }
        slots[subjects[slot].name] = nil
        subjects[slot] = Subject(name: [], times: AdmissionTimes())
        freeSlots.append(slot)
    }

    /// Nil when no further subject may be followed.
    private mutating func newSlot(for name: [UInt8]) -> Int? {
        guard slots.count < subjectsMax else { return nil }
        let slot = freeSlots.popLast() ?? subjects.count
        if slot == subjects.count { subjects.append(Subject(name: [], times: AdmissionTimes())) }
        subjects[slot].name = name
        slots[name] = slot
        return slot
    }
}

/// Times in the order in which they were added, the oldest of which leave first.
struct AdmissionTimes {
    private static let capacityMin = 4

    private var ring: [Int64] = []
    private var head = 0
    private(set) var count = 0

    var first: Int64? { count == 0 ? nil : ring[head] }

    /// Found by doubling and halving, so that one request does not pay for all that have left.
    mutating func removeAll(through time: Int64) {
        guard count > 0, ring[head] <= time else { return }
        // The place of one that leaves, and of one that stays or of the end.
        var leaving = 0
        var staying = 1
        while staying < count, self[staying] <= time {
            leaving = staying
            staying *= 2
        }
        staying = min(staying, count)
        while staying - leaving > 1 {
            let middle = leaving + (staying - leaving) / 2
            if self[middle] <= time { leaving = middle } else { staying = middle }
        }
        head = (head + staying) % ring.count
        count -= staying
    }

    /// The time at a place, counted from the oldest.
    subscript(_ place: Int) -> Int64 {
        let index = head + place
        return ring[index < ring.count ? index : index - ring.count]
    }

    /// - Parameter countMax: more than these are never held.
    mutating func append(_ time: Int64, countMax: Int) {
        if count == ring.count {
            ring = Array(ring[head...] + ring[..<head])
            head = 0
            let capacity = min(max(AdmissionTimes.capacityMin, count * 2), countMax)
            ring.append(contentsOf: repeatElement(0, count: capacity - count))
        }
        let index = head + count
        ring[index < ring.count ? index : index - ring.count] = time
        count += 1
    }
}
