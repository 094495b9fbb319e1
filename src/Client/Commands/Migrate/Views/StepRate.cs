using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate.Views;

/// <summary>The rate of the step at hand, from the ledger.</summary>
internal static class StepRate
{
    /// <summary>Null while nobody can say.</summary>
    public static RateEstimate? Of(RunView view) =>
        view.Current is { State: StepState.Started } step ? RateEstimate.Of(Paces(view), step.Done, step.Total) : null;

    // From one batch's commit to the next, which is what the work between batches costs as well. A much longer gap was a pause.
    static List<Pace> Paces(RunView view)
    {
        var paces = new List<Pace>(view.Batches.Length);
        for (var i = 0; i < view.Batches.Length; i++)
        {
            var (rows, took, at) = view.Batches[i];
            var apart = i == 0 ? took : (at - view.Batches[i - 1].At) / view.ClockRate;
            paces.Add(
                new Pace(
                    rows,
                    apart > took * 4 ? took
                        : apart > took ? apart
                        : took
                )
            );
        }

        return paces;
    }
}
