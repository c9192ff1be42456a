import Bundle
import Deployment
import Glibc
import ModelRegistry
import Models
import POSIX
import TestSupport
import Testing

struct ModelRegistryTests {
    private typealias Outcome = RegistryUnderTest.Outcome

    private func change(_ outcome: Outcome) throws -> (String, from: String?, ModelTrigger) {
        let change = try outcome.get()
        #expect(change.isChanged == (change.previous != nil))
        return (change.active.fullName, from: change.previous?.fullName, change.trigger)
    }

    private func states(_ listing: ModelListing) -> [String] {
        listing.versions.map { version in
            let state =
                version == listing.active.version
                ? "active" : version == listing.previous ? "previous" : "available"
            return "\(version) \(state)"
        }
    }

    @Test func `a program starts with what active names`() throws {
        let versions = try ModelVersions(active: "2\r\n1\r\n")
        let subject = try RegistryUnderTest(versions)
        #expect(subject.start.fullName == "telco-churn/2")
        #expect(!subject.registry.isPinned)
        #expect(subject.installs.isEmpty && subject.events.isEmpty)
        #expect(try versions.active() == "2\r\n1\r\n")
    }

    @Test(arguments: [nil, "", "9", "../1", "3"] as [String?])
    func `a program does not start with a model that is not good`(active: String?) throws {
        let versions = try ModelVersions(active: active)
        try versions.add("3")
        try versions.changeLeaf("3")
        #expect(throws: RegistryError.self) { try RegistryUnderTest(versions) }
    }

    @Test func `another version is served, and active names it and the one before`() throws {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions)
        let outcome = try subject.activate("2")
        #expect(try change(outcome) == ("telco-churn/2", from: "telco-churn/1", .activation))
        #expect(try outcome.get().active.sha256 == versions.sha256("2"))
        #expect(try outcome.get().previous?.sha256 == versions.sha256("1"))
        #expect(subject.serving == "2")
        #expect(subject.installs == ["2"])
        #expect(try versions.active() == "2\n1\n")
        #expect(subject.events == [.activated(try outcome.get(), isRecorded: false)])
    }

    @Test func `active names the version before the reactors have it`() throws {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions, reactors: .wait)
        let answer = Answers<Outcome>()
        subject.registry.activate("2") { answer.add($0) }
        try eventually("the bundle was handed over") { subject.installs == ["2"] }
        #expect(try versions.active() == "2\n1\n")
        #expect(answer.value == nil)
        #expect(subject.events.isEmpty)
        subject.swap()
        #expect(try answer.wait().get().isChanged)
    }

    @Test func `what serves already is not installed again`() throws {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions)
        let outcome = try subject.activate("1")
        #expect(try change(outcome) == ("telco-churn/1", from: nil, .activation))
        #expect(try versions.active() == "1\n")
        #expect(subject.installs.isEmpty)
        #expect(subject.events == [.unchanged(try outcome.get())])
    }

    @Test func `the same version with other bytes is installed`() throws {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions)
        _ = try subject.activate("2").get()
        try versions.add("2", mark: "again")
        let outcome = try subject.activate("2")
        #expect(try change(outcome) == ("telco-churn/2", from: "telco-churn/2", .activation))
        #expect(try outcome.get().active.sha256 != outcome.get().previous?.sha256)
        #expect(subject.installs == ["2", "2"])
        // A rollback still leads to the version before.
        #expect(try versions.active() == "2\n1\n")
    }

    @Test func `what serves is named again where active had been changed`() throws {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions)
        for text in ["9\n", "2\n", "\0"] {
            try versions.setActive(text)
            #expect(try !subject.activate("1").get().isChanged)
            #expect(try versions.active() == "1\n")
        }
        try versions.removeActive()
        #expect(try !subject.activate("1").get().isChanged)
        #expect(try versions.active() == "1\n")
        #expect(subject.installs.isEmpty)
    }

    @Test func `a refused bundle changes nothing on disk and in memory`() throws {
        let versions = try ModelVersions(["1", "2", "3", "4"])
        try versions.changeLeaf("3")
        try versions.truncate("4", .golden, to: 1000)
        try versions.add("5", from: .logistic)
        let subject = try RegistryUnderTest(versions)
        let wanted = ["3", "4", "5", "9", "../2", "", "active"]
        for version in wanted {
            let outcome = try subject.activate(version)
            guard case .failure(let error) = outcome else {
                Issue.record("\(version) was accepted")
                continue
            }
            #expect(subject.refusals.last?.error == error)
            #expect(subject.refusals.last?.version == version)
            #expect(subject.refusals.last?.trigger == .activation)
        }
        #expect(subject.refusals.count == wanted.count)
        #expect(subject.serving == "1" && subject.installs.isEmpty)
        #expect(try versions.active() == "1\n")
        #expect(try subject.listing().refusal == nil)
        // It continues.
        #expect(try subject.activate("2").get().isChanged)
    }

    @Test func `nothing is installed where active cannot be written`() throws {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions)
        try versions.removeActive()
        try Directories.create(versions.activePath)
        let error = RegistryError.activeNotWritten(
            .system(path: versions.activePath, SystemError(call: "rename", code: EISDIR)))
        #expect(try subject.activate("2") == .failure(error))
        #expect(
            error.description
                == "the bundle is good, but \(versions.activePath): rename: Is a directory")
        #expect(subject.installs.isEmpty)
        #expect(try subject.listing().active.version == "1")
    }

    @Test func `a rollback leads to the version before, and twice back again`() throws {
        let versions = try ModelVersions(["1", "2", "3"], active: "2\n1\n")
        let subject = try RegistryUnderTest(versions)
        #expect(
            try change(subject.rollback()) == ("telco-churn/1", from: "telco-churn/2", .rollback))
        #expect(try versions.active() == "1\n2\n")
        #expect(try subject.rollback().get().active.version == "2")
        _ = try subject.activate("3").get()
        #expect(try subject.rollback().get().active.version == "2")
        #expect(subject.installs == ["1", "2", "3", "2"])
    }

    @Test func `a rollback remembers what served where active does not say`() throws {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions)
        #expect(try subject.rollback() == .failure(.nothingToRollBackTo))
        _ = try subject.activate("2").get()
        try versions.setActive("2\n")
        #expect(try subject.listing().previous == "1")
        #expect(try subject.rollback().get().active.version == "1")
        #expect(try versions.active() == "1\n2\n")
    }

    @Test func `a rollback to a bundle that is no longer good changes nothing`() throws {
        let versions = try ModelVersions(["1", "2"], active: "1\n2\n")
        try versions.changeLeaf("2")
        let subject = try RegistryUnderTest(versions)
        guard case .failure(.bundle(version: "2", .digest)) = try subject.rollback() else {
            Issue.record("a bad bundle was rolled back to")
            return
        }
        #expect(subject.refusals.map(\.trigger) == [.rollback])
        #expect(subject.refusals.map(\.version) == ["2"])
        #expect(try versions.active() == "1\n2\n")
        #expect(subject.installs.isEmpty)
    }

    @Test func `a reload takes what active names now, and the same version with other bytes`()
        throws
    {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions)
        #expect(try change(subject.reload()) == ("telco-churn/1", from: nil, .reload))
        try versions.setActive("2")
        #expect(
            try change(subject.reload()) == ("telco-churn/2", from: "telco-churn/1", .reload))
        try versions.add("2", mark: "again")
        #expect(try subject.reload().get().isChanged)
        // What another program has written is left as it is.
        #expect(try versions.active() == "2")
        #expect(try subject.rollback().get().active.version == "1")
    }

    @Test func `a reload of what is bad is refused each time and told in the listing`() throws {
        let versions = try ModelVersions(["1", "2"])
        try versions.changeLeaf("2")
        let subject = try RegistryUnderTest(versions)
        try versions.setActive("2\n")
        for count in 1...2 {
            guard case .failure(.bundle(version: "2", .digest)) = try subject.reload() else {
                Issue.record("a bad bundle was loaded")
                return
            }
            #expect(subject.refusals.count == count)
        }
        let listing = try subject.listing()
        #expect(listing.active.version == "1")
        #expect(listing.refusal == subject.refusals.last)
        #expect(try #require(listing.refusal?.unixMilliseconds) > 1_700_000_000_000)
        _ = try subject.activate("1").get()
        #expect(try subject.listing().refusal == nil)
    }

    @Test func `a pinned model is neither activated nor rolled back, but reloaded`() throws {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(path: "\(versions.path)/2")
        let registry = subject.registry
        #expect(subject.start.fullName == "telco-churn/2")
        #expect(registry.isPinned)
        let activated = Answers<Outcome>()
        registry.activate("1") { activated.add($0) }
        #expect(try activated.wait() == .failure(.pinned))
        let rolledBack = Answers<Outcome>()
        registry.rollback { rolledBack.add($0) }
        #expect(try rolledBack.wait() == .failure(.pinned))
        let listed = Answers<Result<ModelListing, RegistryError>>()
        registry.listing { listed.add($0) }
        let listing = try listed.wait().get()
        #expect(listing.isPinned && listing.active.version == "2" && listing.previous == nil)
        #expect(states(listing) == ["2 active"])
        let same = Answers<Outcome>()
        registry.reload { same.add($0) }
        #expect(try !same.wait().get().isChanged)
        #expect(subject.installs.isEmpty)
        try versions.add("2", stating: "2b")
        let reloaded = Answers<Outcome>()
        registry.reload { reloaded.add($0) }
        #expect(try reloaded.wait().get().active.fullName == "telco-churn/2b")
        #expect(subject.installs == ["2b"])
    }

    @Test func `a listing tells the state of each version`() throws {
        let versions = try ModelVersions(["1", "2", "3", "10"], active: "2\n1\n")
        let subject = try RegistryUnderTest(versions)
        let listing = try subject.listing()
        #expect(listing.active.fullName == "telco-churn/2")
        #expect(listing.active.sha256 == (try versions.sha256("2")))
        #expect(listing.previous == "1" && !listing.isPinned && listing.refusal == nil)
        #expect(states(listing) == ["1 previous", "2 active", "3 available", "10 available"])
        // An active that cannot be read is reported without a request.
        try versions.setActive("../x")
        guard case .active(_, .name) = try subject.listing().refusal?.error else {
            Issue.record("the listing hides what is wrong with active")
            return
        }
    }

    @Test func `a listing of a directory that has gone is an error`() throws {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions)
        try #require(rename(versions.path, versions.path + ".gone") == 0)
        #expect(throws: RegistryError.self) { try subject.listing() }
        try #require(rename(versions.path + ".gone", versions.path) == 0)
        #expect(try subject.listing().versions.count == 2)
    }

    @Test func `sixteen requests wait, and one more is refused immediately`() throws {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions, reactors: .wait)
        let first = Answers<Outcome>()
        subject.registry.activate("2") { first.add($0) }
        try eventually("the first one is under way") { subject.installs == ["2"] }
        let waiting = (0..<ModelRegistry.waitingMax).map { _ in Answers<Outcome>() }
        for answer in waiting { subject.registry.activate("2") { answer.add($0) } }
        #expect(waiting.allSatisfy { $0.value == nil })
        for _ in 0..<3 {
            let refused = Answers<Outcome>()
            subject.registry.activate("1") { refused.add($0) }
            #expect(refused.value == .failure(.busy(waitingMax: 16)))
        }
        let listing = Answers<Result<ModelListing, RegistryError>>()
        subject.registry.listing { listing.add($0) }
        #expect(listing.value == .failure(.busy(waitingMax: 16)))
        subject.swap()
        #expect(try first.wait().get().isChanged)
        for answer in waiting { #expect(try !answer.wait().get().isChanged) }
        // Refusals for want of room are no news of a model.
        #expect(subject.refusals.isEmpty)
        #expect(try subject.listing().active.version == "2")
    }

    @Test func `a registry that stops answers all, and an installation that ends later is ignored`()
        throws
    {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions, reactors: .wait)
        let answers = (0..<3).map { _ in Answers<Outcome>() }
        subject.registry.activate("2") { answers[0].add($0) }
        try eventually("the bundle was handed over") { subject.installs == ["2"] }
        for answer in answers[1...] { subject.registry.reload { answer.add($0) } }
        subject.registry.stop()
        for answer in answers { #expect(try answer.wait() == .failure(.stopped)) }
        subject.swap()
        #expect(try subject.activate("1") == .failure(.stopped))
        #expect(answers.allSatisfy { $0.count == 1 })
        #expect(subject.events.isEmpty)
        // The next start serves with what was written.
        #expect(try versions.active() == "2\n1\n")
    }

    @Test func `each change is handed over once, also back to an earlier version`() throws {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions)
        for version in ["2", "1", "2"] {
            #expect(try subject.activate(version).get().active.version == version)
        }
        #expect(subject.installs == ["2", "1", "2"])
    }

    @Test func `an event says whether a witness has recorded the change`() throws {
        let versions = try ModelVersions()
        let subject = try RegistryUnderTest(versions)
        let witness = ModelWitness(record: { _ in true }, takeBack: { _ in })
        let activated = Answers<Outcome>()
        subject.registry.activate("2", witness: witness) { activated.add($0) }
        let first = try activated.wait().get()
        let second = try subject.rollback().get()
        #expect(
            subject.events == [
                .activated(first, isRecorded: true), .rolledBack(second, isRecorded: false),
            ])
    }
}
