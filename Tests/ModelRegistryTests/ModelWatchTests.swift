import Deployment
import ModelRegistry
import Models
import POSIX
import TestSupport
import Testing

struct ModelWatchTests {
    private static let interval: Int64 = 5_000_000

    private func watching(
        _ versions: ModelVersions, reactors: RegistryUnderTest.Reactors = .swap
    ) throws -> RegistryUnderTest {
        let subject = try RegistryUnderTest(versions, reactors: reactors)
        subject.registry.watch(everyNanoseconds: ModelWatchTests.interval)
        return subject
    }

    /// Waits until the registry has looked at least once more.
    private func look(_ subject: RegistryUnderTest) throws {
        // A poll is served in turn: what was asked for after two of them comes after one.
        let end = Clock.monotonicNanoseconds() + 4 * ModelWatchTests.interval
        try eventually("polls have come") { Clock.monotonicNanoseconds() > end }
        _ = try subject.listing()
    }

    @Test func `a changed active is served without being asked for`() throws {
        let versions = try ModelVersions(["1", "2", "3"])
        let subject = try watching(versions)
        try versions.setActive("2\n")
        try eventually("2 serves") { subject.activations == ["2"] }
        #expect(subject.serving == "2")
        try versions.setActive("3\n1\n")
        try eventually("3 serves") { subject.activations == ["2", "3"] }
        // Each was loaded once.
        try look(subject)
        #expect(subject.installs == ["2", "3"])
        #expect(try subject.listing().previous == "1")
        guard case .activated(let change, isRecorded: false) = subject.events.first else {
            Issue.record("no event")
            return
        }
        #expect(change.trigger == .watch)
        #expect(change.previous?.version == "1")
        // What another program has written is left as it is.
        #expect(try versions.active() == "3\n1\n")
    }

    @Test func `what the registry has written itself is not taken for a change`() throws {
        let versions = try ModelVersions()
        let subject = try watching(versions)
        _ = try subject.activate("2").get()
        _ = try subject.rollback().get()
        try look(subject)
        #expect(subject.installs == ["2", "1"])
        #expect(subject.refusals.isEmpty)
    }

    @Test func `a half-written bundle is told of once and served when it is whole`() throws {
        let versions = try ModelVersions(["1"])
        try versions.add("2")
        try versions.truncate("2", .model, to: 100_000)
        let subject = try watching(versions)
        try versions.setActive("2\n")
        try eventually("it was refused") { subject.refusals.count == 1 }
        try look(subject)
        #expect(subject.refusals.count == 1)
        #expect(subject.refusals.first?.version == "2")
        #expect(subject.refusals.first?.trigger == .watch)
        #expect(subject.serving == "1" && subject.installs.isEmpty)
        #expect(try subject.listing().refusal?.version == "2")

        // Another error is reported as well, an old one not again.
        try versions.truncate("2", .model, to: 50_000)
        try eventually("it was refused again") { subject.refusals.count == 2 }
        try look(subject)
        #expect(subject.refusals.count == 2)

        try versions.add("2")
        try eventually("2 serves") { subject.activations == ["2"] }
        #expect(try subject.listing().refusal == nil)
    }

    @Test func `errors that take turns are told once each`() throws {
        let versions = try ModelVersions(["1"])
        let subject = try watching(versions)
        try versions.setActive("9\n")
        try eventually("the missing version was refused") { subject.refusals.count == 1 }
        try versions.write("x", "9", .model)
        try versions.write("x", "9", .golden)
        #expect(subject.refusals.count == 1)
        for (text, count) in [("{", 2), ("]", 3), ("{", 3)] {
            try versions.write(text, "9", .manifest)
            try eventually("it was refused") { subject.refusals.count == count }
            try look(subject)
        }
        #expect(subject.refusals.count == 3)
    }

    @Test func `a version that is named anew is told of anew`() throws {
        let versions = try ModelVersions(["1"])
        let subject = try watching(versions)
        for (index, version) in ["9", "8", "9"].enumerated() {
            try versions.setActive(version)
            try eventually("it was refused") { subject.refusals.count == index + 1 }
            #expect(subject.refusals.last?.version == version)
        }
    }

    @Test(arguments: ["", "9\n", "../x\n", "1\n2\n3\n"])
    func `an active that is no good is told of once and can be mended`(text: String) throws {
        let versions = try ModelVersions()
        let subject = try watching(versions)
        try versions.setActive(text)
        try eventually("it was refused") { subject.refusals.count == 1 }
        try look(subject)
        #expect(subject.refusals.count == 1)
        #expect(try subject.listing().refusal?.error == subject.refusals.first?.error)
        try versions.setActive("2\n")
        try eventually("2 serves") { subject.serving == "2" }
        // Broken once more it is reported once more.
        try versions.setActive(text)
        try eventually("it was refused again") { subject.refusals.count == 2 }
    }

    @Test func `an active that is removed or a directory is told of, and what serves goes on`()
        throws
    {
        let versions = try ModelVersions()
        let subject = try watching(versions)
        try versions.removeActive()
        try eventually("it was refused") { subject.refusals.count == 1 }
        try Directories.create(versions.activePath)
        try eventually("it was refused") { subject.refusals.count == 2 }
        #expect(
            subject.refusals.last?.error
                == .activeUnreadable(.notARegularFile(path: versions.activePath)))
        #expect(subject.serving == "1")
    }

    @Test func `going back to what serves ends the refusals`() throws {
        let versions = try ModelVersions(["1", "2"])
        try versions.changeLeaf("2")
        let subject = try watching(versions)
        try versions.setActive("2\n")
        try eventually("it was refused") { subject.refusals.count == 1 }
        try versions.setActive("1\n")
        try eventually("nothing is refused") { try subject.listing().refusal == nil }
        // The listing reads the file itself; the watch has to have seen it as well.
        try look(subject)
        #expect(subject.installs.isEmpty)
        try versions.setActive("2\n")
        try eventually("it was refused again") { subject.refusals.count == 2 }
    }

    @Test func `a poll does not take the place of a request that waits`() throws {
        let versions = try ModelVersions()
        let subject = try watching(versions, reactors: .wait)
        let first = Answers<RegistryUnderTest.Outcome>()
        subject.registry.activate("2") { first.add($0) }
        try eventually("it is under way") { subject.installs == ["2"] }
        let end = Clock.monotonicNanoseconds() + 4 * ModelWatchTests.interval
        try eventually("a poll waits") { Clock.monotonicNanoseconds() > end }
        let waiting = (0..<ModelRegistry.waitingMax).map { _ in
            Answers<RegistryUnderTest.Outcome>()
        }
        for answer in waiting { subject.registry.activate("2") { answer.add($0) } }
        #expect(waiting.allSatisfy { $0.value == nil })
        let refused = Answers<RegistryUnderTest.Outcome>()
        subject.registry.activate("2") { refused.add($0) }
        #expect(refused.value == .failure(.busy(waitingMax: 16)))
        subject.swap()
        for answer in waiting { #expect(try !answer.wait().get().isChanged) }
    }

    @Test func `a registry that has stopped looks no more`() throws {
        let versions = try ModelVersions()
        let subject = try watching(versions)
        subject.registry.stop()
        try versions.setActive("2\n")
        let end = Clock.monotonicNanoseconds() + 4 * ModelWatchTests.interval
        try eventually("polls would have come") { Clock.monotonicNanoseconds() > end }
        #expect(subject.installs.isEmpty)
    }
}
