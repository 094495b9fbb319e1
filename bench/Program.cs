using System.CommandLine;
using System.Runtime.InteropServices;
using DxyOrleans.Bench;

// A signal ends the run in order: the server and its data go with it.
using var ending = new CancellationTokenSource();
void End(PosixSignalContext context)
{
    context.Cancel = true;
    ending.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);

var name = new Argument<string[]>("NAME")
{
    Description = "Which measurements; all when left out but those that --list calls only when named.",
    Arity = ArgumentArity.ZeroOrMore,
};
var list = new Option<bool>("--list") { Description = "Names them and measures nothing." };
var json = new Option<bool>("--json") { Description = "One JSON document on standard output." };
var repeat = new Option<int?>("--repeat")
{
    Description = "Rounds of each measurement, 1 to 100 (each has its own number).",
    HelpName = "N",
};
var save = new Option<string?>("--save") { Description = "Writes the figures to a file as well, for --baseline.", HelpName = "FILE" };
var baseline = new Option<string?>("--baseline")
{
    Description = "Shows beside each ratio what it was in that file, and whether it moved beyond the spread; decides nothing.",
    HelpName = "FILE",
};
repeat.Validators.Add(given =>
{
    if (given.GetValueOrDefault<int?>() is < 1 or > 100)
    {
        given.AddError("--repeat takes 1 to 100");
    }
});
var root = new RootCommand("Side-by-side measurements: ours and its floor in turn, on one durable server, in one run.")
{
    name,
    list,
    json,
    repeat,
    save,
    baseline,
};
root.SetAction(
    (parse, cancellation) =>
        BenchRun.RunAsync(
            new BenchOrder(
                parse.GetValue(name) ?? [],
                parse.GetValue(list),
                parse.GetValue(json),
                parse.GetValue(repeat),
                parse.GetValue(save),
                parse.GetValue(baseline)
            ),
            Console.Out,
            Console.Error,
            cancellation
        )
);
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    await Console.Error.WriteLineAsync($"dxy bench: {parsed.Errors[0].Message}");
    return 2;
}

return await parsed.InvokeAsync(
    new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
    ending.Token
);
