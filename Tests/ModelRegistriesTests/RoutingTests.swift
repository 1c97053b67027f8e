// Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0

import ModelRegistries
import Synchronization
import Testing

@Suite struct RoutingTests {
    @Test func theSplitIsStableFairAndIndependent() throws {
        let arms = [TrafficSplit.Arm("champion", share: 90), TrafficSplit.Arm("challenger", share: 10)]
        let split = try TrafficSplit(arms, salt: "august")
        let units = (0..<20_000).map { "customer-\($0)" }
        let challengers = units.filter { split.arm(for: $0) == "challenger" }
        // Five standard deviations of a binomial count.
        let deviation: Double = 1_800.0.squareRoot()
        #expect(abs(Double(challengers.count) - 2_000) < 5 * deviation)
        #expect(challengers == units.filter { split.arm(for: $0) == "challenger" })
        // Pinned: the arm of a unit must not change with a version of this package.
        #expect(split.fraction(of: "customer-1") == 0.7949296354075789)
        let wider = try TrafficSplit(
            [TrafficSplit.Arm("champion", share: 0.8), TrafficSplit.Arm("challenger", share: 0.2)],
            salt: "august")
        #expect(challengers.allSatisfy { wider.arm(for: $0) == "challenger" })
        let other = try TrafficSplit(arms, salt: "september")
        let both = challengers.count { other.arm(for: $0) == "challenger" }
        #expect(abs(Double(both) - 200) < 5 * 180.0.squareRoot())
        #expect(
            try TrafficSplit([.init("a", share: 0), .init("b", share: 1)], salt: "").arm(for: "x") == "b")
        for shares in [[], [0], [-1, 2], [.nan], [.infinity]] as [[Double]] {
            #expect(throws: RegistryError.self) {
                try TrafficSplit(shares.map { TrafficSplit.Arm("a", share: $0) }, salt: "")
            }
        }
    }

    private struct Broken: Error {}

    private func settle<Output>(_ router: ShadowRouter<Int, Output>) async throws {
        for _ in 0..<2_000 where router.running > 0 { try await Task.sleep(for: .milliseconds(2)) }
        #expect(router.running == 0)
    }

    @Test func trialsAreComparedInPairs() async throws {
        let router = ShadowRouter<Int, Double>(
            deadline: .seconds(60), maximumRunning: 100, tolerance: 0.5,
            shadow: { $0 == 3 ? .nan : Double($0) + ($0 == 2 ? 4 : 0) }, distance: { abs($0 - $1) })
        for input in 0..<4 { #expect(router.answer(to: input) { Double($0) } == Double(input)) }
        try await settle(router)
        let report = router.report
        #expect(report.compared == 4)
        #expect(report.disagreed == 2)
        #expect(report.incomparable == 1)
        #expect(report.disagreement == 0.5)
        #expect(abs(report.meanDistance - 4.0 / 3) < 1e-12)
        #expect(report.maximumDistance == 4)
        #expect(abs((report.deviation ?? 0) - (16.0 / 3).squareRoot()) < 1e-12)
    }

    @Test func aTrialNeverTouchesTheAnswer() async throws {
        let failing = ShadowRouter<Int, Int>(
            deadline: .seconds(60), maximumRunning: 100, shadow: { _ in throw Broken() },
            distance: { Double($0 - $1) })
        #expect(failing.answer(to: 1) { $0 } == 1)
        try await settle(failing)
        #expect(failing.report.failed == 1)
        // No trial follows an answer that failed.
        #expect(throws: Broken.self) { try failing.answer(to: 1) { _ in throw Broken() } }
        #expect(failing.running == 0)

        let slow = ShadowRouter<Int, Int>(
            deadline: .milliseconds(10), maximumRunning: 2,
            shadow: { input in
                try await Task.sleep(for: .seconds(600))
                return input
            }, distance: { Double($0 - $1) })
        let clock = ContinuousClock()
        let time = clock.measure { for input in 0..<50 { #expect(slow.answer(to: input) { $0 } == input) } }
        #expect(time < .seconds(5))
        try await settle(slow)
        #expect(slow.report.late + slow.report.skipped == 50)
        #expect(slow.report.late >= 2)
        #expect(slow.report.compared == 0)
    }

    @Test func aTrialThatTakesNoNoticeHoldsItsPlace() async throws {
        let gate = Mutex(false)
        let router = ShadowRouter<Int, Int>(
            deadline: .milliseconds(5), maximumRunning: 1,
            shadow: { input in
                while !gate.withLock({ $0 }) {
                    try? await Task.sleep(for: .milliseconds(1)); await Task.yield()
                }
                return input
            }, distance: { Double($0 - $1) })
        _ = router.answer(to: 1) { $0 }
        try await Task.sleep(for: .milliseconds(30))
        #expect(router.running == 1)
        _ = router.answer(to: 2) { $0 }
        #expect(router.report.skipped == 1)
        gate.withLock { $0 = true }
        try await settle(router)
        #expect(router.report.late == 1)
    }

    @Test func onlyEverySoManythAnswerIsTried() async throws {
        let router = ShadowRouter<Int, Int>(
            deadline: .seconds(60), maximumRunning: 1_000, every: 10, shadow: { $0 },
            distance: { Double($0 - $1) })
        for input in 0..<100 {
            _ = await router.answer(to: input) { input in
                await Task.yield(); return input
            }
        }
        try await settle(router)
        #expect(router.report.compared == 10)
    }
}
