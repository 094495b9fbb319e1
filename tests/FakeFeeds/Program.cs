using System.Globalization;
using DxyOrleans.Core.Time;
using DxyOrleans.FakeFeeds;
using DxyOrleans.Feeds.Simulated;

const string usage = """
    dxy fake-feed massive|oanda|truefx [--port N] [--faults]
    Speaks a vendor's protocol on this machine, with a made-up market; for example: dxy fake-feed massive --port 5055 --faults
    --faults plays each known fault once an hour. What it prints lets a silo use it.
    """;

if (args is [] or ["--help"] or ["-h"])
{
    Console.WriteLine(usage);
    return args.Length == 0 ? 2 : 0;
}

var port = 5055;
var faults = false;
for (var i = 1; i < args.Length; i++)
{
    if (args[i] == "--faults")
    {
        faults = true;
    }
    else if (
        args[i] == "--port"
        && i + 1 < args.Length
        && int.TryParse(args[++i], NumberStyles.None, CultureInfo.InvariantCulture, out port)
        && port is > 0 and < 65536
    )
    {
        continue;
    }
    else
    {
        await Console.Error.WriteLineAsync($"dxy fake-feed: {args[i]} is not known");
        return 2;
    }
}

const string key = "any-key";
const string account = "101-004-1234567-001";
var market = new FakeMarket(new SimulatedMarket(new SimulationOptions { AlwaysOpen = true }), TimeProvider.System);
FaultPlan Plan(IReadOnlyDictionary<int, FeedFault> hour) => faults ? new FaultPlan(hour) : FaultPlan.None;
FakeServer? server = args[0] switch
{
    "massive" => new FakeMassive(market, Plan(FakeMassive.Hour), key, port),
    "oanda" => new FakeOanda(market, Plan(FakeOanda.Hour), key, account, port),
    "truefx" => new FakeTrueFx(market, faults, port: port),
    _ => null,
};
if (server is null)
{
    await Console.Error.WriteLineAsync($"dxy fake-feed: there is no {args[0]}; there are massive, oanda and truefx");
    return 2;
}

await using (server)
{
    try
    {
        await server.StartAsync();
    }
    catch (IOException taken)
    {
        await Console.Error.WriteLineAsync($"dxy fake-feed: {taken.Message} Choose another by --port.");
        return 3;
    }

    Console.WriteLine($"{args[0]} is played at {server.Place}{(faults ? ", with faults" : "")}; Ctrl-C ends it. Elsewhere:");
    Console.WriteLine(
        args[0] switch
        {
            "massive" => $"DXY_MASSIVE__REST=http://{server.Place} DXY_MASSIVE__SOCKET=ws://{server.Place}/forex DXY_MASSIVE__APIKEY={key} "
                + $"DXY_MASSIVE__REQUESTSPERMINUTE=0 ./dxy up --feed massive",
            "oanda" => $"DXY_OANDA__REST=http://{server.Place} DXY_OANDA__STREAM=http://{server.Place} DXY_OANDA__TOKEN={key} "
                + $"DXY_OANDA__ACCOUNT={account} ./dxy up --feed oanda",
            _ => $"DXY_TRUEFX__ADDRESS=http://{server.Place}/rates/connect.html DXY_TRUEFX__USER=user DXY_TRUEFX__PASSWORD=secret ./dxy "
                + $"up --feed truefx",
        }
    );
    using var ended = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = true;
        ended.Cancel();
    };
    using var terminated = System.Runtime.InteropServices.PosixSignalRegistration.Create(
        System.Runtime.InteropServices.PosixSignal.SIGTERM,
        signal =>
        {
            signal.Cancel = true;
            ended.Cancel();
        }
    );
    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

return 0;
