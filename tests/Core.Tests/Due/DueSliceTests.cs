using CsCheck;
using DxyOrleans.Core.Due;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Due;

public sealed class DueSliceTests
{
    static readonly UtcTime Start = UtcTime.At(2024, 3, 5);

    static readonly Gen<DueRange[]> Rows = Gen.Select(Gen.Int[0, 300], Gen.Int[0, 200], Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 5])
        .Array[0, 12]
        .Select(rows =>
            rows.Select(
                    (row, i) =>
                        new DueRange(
                            i,
                            new TimeRange(Start + TimeSpan.FromMinutes(row.Item1), Start + TimeSpan.FromMinutes(row.Item1 + row.Item2)),
                            row.Item3 == 0 ? 2 : null,
                            row.Item4 && row.Item3 == 1,
                            row.Item5
                        )
                )
                .ToArray()
        );

    static readonly Gen<int> Minutes = Gen.Int[1, 400];

    static DueRange Row(long id, int from, int to) =>
        new(id, new TimeRange(Start + TimeSpan.FromMinutes(from), Start + TimeSpan.FromMinutes(to)), null, false, 0);

    static DueSlice? Choose(DueRange[] rows, int ripe, int longest) =>
        DueSlice.Choose(rows, Start + TimeSpan.FromMinutes(ripe), TimeSpan.FromMinutes(longest));

    [Fact]
    public void A_row_is_settled_only_when_the_window_covers_it() =>
        Gen.Select(Rows, Minutes, Minutes)
            .Sample(
                (rows, ripe, longest) =>
                {
                    if (Choose(rows, ripe, longest) is not { } slice)
                    {
                        return;
                    }

                    Assert.All(slice.Settled, id => Assert.Equal(rows[id].Range, rows[id].Range.Intersect(slice.Window)));
                    Assert.True(slice.Window.To <= Start + TimeSpan.FromMinutes(ripe));
                    Assert.True(slice.Window.Length <= TimeSpan.FromMinutes(longest));
                }
            );

    [Fact]
    public void A_row_that_goes_on_begins_within_the_window_and_reaches_beyond_it() =>
        Gen.Select(Rows, Minutes, Minutes)
            .Sample((rows, ripe, longest) => Assert.All(Choose(rows, ripe, longest)?.Continued ?? [], id =>
                    {
                        var window = Choose(rows, ripe, longest)!.Window;
                        Assert.True(window.Contains(rows[id].Range.From) && rows[id].Range.To > window.To);
                    }));

    [Fact]
    public void Rows_taken_together_ask_for_the_same_and_none_is_taken_twice() =>
        Gen.Select(Rows, Minutes, Minutes)
            .Sample(
                (rows, ripe, longest) =>
                {
                    if (Choose(rows, ripe, longest) is not { } slice)
                    {
                        return;
                    }

                    var taken = slice.Settled.Concat(slice.Continued).ToList();
                    Assert.Equal(taken.Count, taken.Distinct().Count());
                    Assert.Contains(0L, taken);
                    Assert.All(taken, id => Assert.Equal((rows[0].Version, rows[0].Prune), (rows[id].Version, rows[id].Prune)));
                    Assert.Equal(taken.Max(id => rows[id].Attempts), slice.Attempts);
                }
            );

    [Fact]
    public void Working_off_slice_by_slice_ends_with_all_that_is_ripe_done() =>
        Gen.Select(Rows, Minutes, Minutes)
            .Sample(
                (rows, ripe, longest) =>
                {
                    var left = rows.ToList();
                    var ripeEnd = Start + TimeSpan.FromMinutes(ripe);
                    for (var round = 0; left.FindIndex(row => row.Range.From < ripeEnd) is >= 0 and var lead; round++)
                    {
                        Assert.True(round < 10_000);
                        left = [left[lead], .. left.Where((_, i) => i != lead)];
                        var slice = DueSlice.Choose(left, ripeEnd, TimeSpan.FromMinutes(longest))!;
                        left =
                        [
                            .. left.Where(row => !slice.Settled.Contains(row.Id))
                                .Select(row =>
                                    slice.Continued.Contains(row.Id)
                                        ? row with
                                        {
                                            Range = new TimeRange(slice.Window.To, row.Range.To),
                                        }
                                        : row
                                ),
                        ];
                    }

                    Assert.All(left, row => Assert.True(row.Range.From >= ripeEnd));
                }
            );

    [Fact]
    public void A_row_waits_for_those_before_it_that_ask_for_something_else()
    {
        DueRange[] rows = [Row(0, 0, 5) with { Version = 1 }, Row(1, 5, 10) with { Version = 2 }, Row(2, 5, 10) with { Version = 1 }];

        Assert.Equal([0], Choose(rows, 1000, 1000)!.Settled);
    }

    [Fact]
    public void Rows_over_an_hour_apart_are_not_taken_together()
    {
        DueRange[] rows = [Row(0, 0, 5), Row(1, 65, 70), Row(2, 131, 135)];

        Assert.Equal([0, 1], Choose(rows, 1000, 1000)!.Settled);
    }

    [Fact]
    public void Nothing_due_and_nothing_ripe_give_no_slice()
    {
        Assert.Null(Choose([], 10, 10));
        Assert.Null(
            Choose(
                [new DueRange(0, new TimeRange(Start + TimeSpan.FromMinutes(10), Start + TimeSpan.FromMinutes(20)), null, false, 0)],
                10,
                10
            )
        );
    }
}
