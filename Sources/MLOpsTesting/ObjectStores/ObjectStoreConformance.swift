// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

public import ArtifactStores

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A suite that finds out whether a store keeps the promises of `ObjectStore`.
///
/// It works through the store's public operations alone, under a fresh prefix that it empties afterwards, so it can run
/// in a unit test of your own store as well as against a bucket in use.
///
/// ```swift
/// let report = await ObjectStoreConformance(of: store).run()
/// #expect(report.isConforming, "\(report)")
/// ```
public struct ObjectStoreConformance: Sendable {
    /// One promise.
    @nonexhaustive
    public enum Check: String, CaseIterable, Sendable {
        /// What was put is read back, bit for bit, whatever it looks like.
        case contents
        /// An object of no bytes.
        case emptyObject = "empty object"
        /// An object of many megabytes, whole and in ranges.
        case largeObject = "large object"
        /// Ranges inside, at and past the end.
        case ranges
        /// A second put replaces the first.
        case overwrite
        /// Size, time and tag of an object.
        case information
        /// Descriptions and listings tell the same time of writing, and what is written later is not older.
        case clock
        /// The objects of a batch are there once it is committed, and what stood at a key stays.
        case batches
        /// Reading, describing and deleting where nothing stands.
        case missingObject = "missing object"
        /// A deleted object is gone and its key is free.
        case delete
        /// The key that is taken is refused, and what stands there stays.
        case createIfAbsent = "create if absent"
        /// Of racing creators exactly one wins, and all read its content.
        case racingCreators = "racing creators"
        /// A reader never sees half a content while writers replace it.
        case wholeContents = "whole contents"
        /// An object is replaced only if its tag is the one given.
        case replaceIfUnchanged = "replace if unchanged"
        /// Of racing replacements with one tag exactly one wins.
        case racingReplacements = "racing replacements"
        /// Listings come in the order of the keys' bytes, page after page.
        case listing
        /// A listing longer than any page of a server.
        case longListing = "long listing"
        /// A listing shows at once what was written and deleted.
        case freshListing = "fresh listing"
        /// The longest keys, and every character a key may hold.
        case keysAtLimits = "keys at limits"
        /// Keys that differ in the case of a letter are two keys.
        case letterCase = "letter case"
        /// Keys that break the rules are refused by every operation.
        case invalidKeys = "invalid keys"
    }

    /// What a check found.
    public typealias Verdict = ConformanceVerdict
    /// All that a run found.
    public typealias Report = ConformanceReport<Check>
    /// A check and its verdict.
    public typealias Outcome = Report.Outcome

    let store: any ObjectStore
    let prefix: String
    let writers: Int
    let rounds: Int
    let largeObjectSize: Int
    let longListingCount: Int

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - store: The store in question.
    ///   - prefix: Where the suite may write; what stands under it is deleted. By default a fresh name.
    ///   - writers: How many tasks race for a key.
    ///   - rounds: How many keys they race for.
    ///   - largeObjectSize: The size of the large object in bytes.
    ///   - longListingCount: How many objects the long listing has.
    public init(
        of store: any ObjectStore, prefix: String? = nil, writers: Int = 8, rounds: Int = 5,
        largeObjectSize: Int = 20 << 20, longListingCount: Int = 1_050
    ) {
        self.store = store
        self.prefix = prefix ?? "conformance-" + UUID().uuidString.lowercased()
        self.writers = max(writers, 2)
        self.rounds = max(rounds, 1)
        self.largeObjectSize = max(largeObjectSize, 1)
        self.longListingCount = max(longListingCount, 1)
    }

    /// Runs checks one after another and removes what they wrote.
    ///
    /// - Parameters:
    ///   - checks: Which promises; by default all.
    ///   - progress: Called after each check.
    public func run(
        _ checks: [Check] = Check.allCases, progress: @Sendable (Outcome) -> Void = { _ in }
    ) async -> Report {
        let report = await Report(running: checks, progress: progress) { number, check in
            await verdict(of: check, under: "\(prefix)/\(number)")
        }
        await removeEverything()
        return report
    }

    private func verdict(of check: Check, under folder: String) async -> Verdict {
        do {
            switch check {
            case .contents: try await checkContents(under: folder)
            case .emptyObject: try await checkEmptyObject(under: folder)
            case .largeObject: try await checkLargeObject(under: folder)
            case .ranges: try await checkRanges(under: folder)
            case .overwrite: try await checkOverwrite(under: folder)
            case .information: try await checkInformation(under: folder)
            case .clock: try await checkClock(under: folder)
            case .batches: try await checkBatches(under: folder)
            case .missingObject: try await checkMissingObject(under: folder)
            case .delete: try await checkDelete(under: folder)
            case .createIfAbsent: try await checkCreateIfAbsent(under: folder)
            case .racingCreators: try await checkRacingCreators(under: folder)
            case .wholeContents: try await checkWholeContents(under: folder)
            case .replaceIfUnchanged: try await checkReplaceIfUnchanged(under: folder)
            case .racingReplacements: try await checkRacingReplacements(under: folder)
            case .listing: try await checkListing(under: folder)
            case .longListing: try await checkLongListing(under: folder)
            case .freshListing: try await checkFreshListing(under: folder)
            case .keysAtLimits: try await checkKeysAtLimits(under: folder)
            case .letterCase: try await checkLetterCase(under: folder)
            case .invalidKeys: try await checkInvalidKeys()
            }
            return .passed
        } catch let finding as Finding {
            return finding.isLacking ? .lacking(finding.message) : .failed(finding.message)
        } catch {
            return .failed("\(error)")
        }
    }

    private func removeEverything() async {
        guard let objects = try? await store.listAll(prefix: prefix + "/") else { return }
        await withTaskGroup(of: Void.self) { group in
            for (number, object) in objects.enumerated() {
                if number >= 16 { await group.next() }
                group.addTask { try? await store.delete(object.key) }
            }
        }
    }
}

extension ObjectStoreConformance {
    /// Demands that an operation fails with this code.
    func requireFailure(
        _ code: StoreError.Code, _ what: String, _ operation: () async throws -> Void
    ) async throws {
        do {
            try await operation()
        } catch let error as StoreError {
            guard error.code == code else {
                throw Finding(message: "\(what): expected \(code), got \(error.code): \(error)")
            }
            return
        }
        throw Finding(message: "\(what): expected \(code), but it succeeded")
    }

    /// Bytes without a pattern that a store could fold, the same for the same seed.
    func content(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
    }
}
