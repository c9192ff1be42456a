import Access
import Testing

/// What events of Redis mean.
@Suite struct NoticedRevocationsTests {
    private func changes(
        _ events: [(String, String)], own names: [String] = []
    ) -> [NoticedRevocation] {
        let own = OwnRevocations()
        for name in names { own.add(Array(name.utf8)) }
        var reader = RevocationEvents(own: own)
        return events.compactMap { reader.change(ArraySlice($0.0.utf8), Array($0.1.utf8)) }
    }

    private func noticed(
        _ change: NoticedRevocation.Change, _ name: String, isSubject: Bool = false
    ) -> NoticedRevocation {
        NoticedRevocation(change: change, isSubject: isSubject, name: Array(name.utf8))
    }

    @Test(arguments: [
        ("set", NoticedRevocation.Change.revoked), ("rename_to", .revoked), ("restore", .revoked),
        ("hset", .revoked), ("del", .restored), ("rename_from", .restored),
        ("move_from", .restored), ("evicted", .restored), ("expire", .expiry),
        ("persist", .expiry),
    ]) func `an event changes a revocation`(event: String, change: NoticedRevocation.Change) {
        #expect(changes([("blacklist:a:b", event)]) == [noticed(change, "a:b")])
        #expect(
            changes([("revoked-before:acme", event)])
                == [noticed(change, "acme", isSubject: true)])
    }

    @Test func `the end of a revocation's time is no change, and neither are other keys`() {
        #expect(changes([("blacklist:a", "expired"), ("revoked-before:a", "expired")]) == [])
        #expect(changes([("quota:a", "del"), ("black", "set"), ("", "set")]) == [])
    }

    @Test func `a key that is set with an expiry is one change`() {
        #expect(
            changes([("blacklist:a", "set"), ("blacklist:a", "expire")])
                == [noticed(.revoked, "a")])
        #expect(
            changes([("blacklist:a", "set"), ("blacklist:a", "expire"), ("blacklist:a", "expire")])
                == [noticed(.revoked, "a"), noticed(.expiry, "a")])
        #expect(
            changes([("blacklist:a", "set"), ("blacklist:b", "expire")])
                == [noticed(.revoked, "a"), noticed(.expiry, "b")])
    }

    @Test func `what this process revokes is not noticed, once for each time`() {
        let set = [("blacklist:a", "set"), ("blacklist:a", "expire")]
        #expect(changes(set, own: ["a"]) == [])
        #expect(changes(set + set, own: ["a"]) == [noticed(.revoked, "a")])
        #expect(changes(set + set, own: ["a", "a"]) == [])
        #expect(changes([("blacklist:b", "set")], own: ["a"]) == [noticed(.revoked, "b")])
        // A subject of the same name is another one.
        #expect(
            changes([("revoked-before:a", "set")], own: ["a"])
                == [noticed(.revoked, "a", isSubject: true)])
    }

    @Test(arguments: [(0, false), (1, true)])
    func `so many of its own are known, then the first is forgotten`(
        more: Int, isNoticed: Bool
    ) {
        let names = (0..<OwnRevocations.countMax + more).map { "n\($0)" }
        #expect(changes([("blacklist:n0", "set")], own: names).isEmpty != isNoticed)
        #expect(changes([("blacklist:n1", "set")], own: names).isEmpty)
    }
}
