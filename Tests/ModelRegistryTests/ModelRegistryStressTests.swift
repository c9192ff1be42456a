import Bundle
import Deployment
import ModelRegistry
import Models
import POSIX
import Synchronization
import TestSupport
import Testing

struct ModelRegistryStressTests {
    /// Activations by many threads, some of bad bundles, while others reload and list. One
    /// that is refused as busy is asked for again.
    @Test func `every one of 200 activations by 8 threads is answered once and truly`() throws {
        let versions = try ModelVersions(["1", "2", "3", "4"], from: .logistic)
        try versions.truncate("4", .model, to: 2000)
        let subject = try RegistryUnderTest(versions)
        subject.registry.watch(everyNanoseconds: 3_000_000)
        let changed = try concurrently(8) { thread in
            var changed = 0
            var random = SplitMix64(seed: UInt64(thread))
            for _ in 0..<25 {
                let version = String(1 + random.next() % 4)
                var outcome = try subject.activate(version)
                while outcome == .failure(.busy(waitingMax: ModelRegistry.waitingMax)) {
                    outcome = try subject.activate(version)
                }
                switch outcome {
                case .success(let change):
                    #expect(change.active.version == version)
                    #expect(change.previous?.version != version)
                    if change.isChanged { changed += 1 }
                case .failure(let error):
                    guard version == "4", case .bundle(version: "4", .digest) = error else {
                        Issue.record("\(version): \(error)")
                        return 0
                    }
                }
                _ = try? subject.listing()
            }
            return changed
        }.reduce(0, +)
        #expect(subject.installs.count == changed)
        #expect(subject.activations == subject.installs)
        let listing = try subject.listing()
        #expect(listing.active.version == subject.installs.last ?? "1")
        #expect(listing.active.version == subject.serving)
        let active = try versions.active().split(separator: "\n").map(String.init)
        #expect(active.first == listing.active.version)
        #expect(active.dropFirst().first == listing.previous)
        #expect(try Files.names(in: versions.path) == ["1", "2", "3", "4", "active"])
    }

    /// The polls see other content each time, sometimes a moment before the registry replaces it.
    @Test func `two who write active at once leave a good one, and it serves`() throws {
        let versions = try ModelVersions(["1", "2", "3"], from: .logistic)
        let subject = try RegistryUnderTest(versions)
        subject.registry.watch(everyNanoseconds: 1_000_000)
        let other = ModelDirectory(path: versions.path)
        _ = try concurrently(2) { thread in
            for round in 0..<20 {
                if thread == 0 {
                    _ = try subject.activate(round % 2 == 0 ? "2" : "1").get()
                } else {
                    // Carried here by a copy that is renamed, as other programs do it.
                    try Files.writeAtomically(
                        Array("3\n".utf8).span, to: "\(versions.path)/.active.part")
                    try Directories.rename(
                        "\(versions.path)/.active.part", to: versions.activePath)
                }
            }
        }
        try eventually("what active names serves") {
            try subject.listing().active.version == other.activeVersion()
        }
        #expect(subject.refusals.isEmpty)
    }
}
