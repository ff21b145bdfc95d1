# Records scipy-table.json: python3 scipy-table.py, with numpy and scipy.
import json, numpy as np
from scipy import stats
rng=np.random.default_rng(7)
cases=[]
for n in (2,3,5,8,10,20,30):
    for scale in (0.0,0.3,2.0):
        a=np.round(rng.normal(size=n),6); b=np.round(a*0.5+rng.normal(size=n)+scale,6)
        t=stats.ttest_rel(a,b); ci=t.confidence_interval(0.95)
        w=stats.wilcoxon(a,b,method='exact') if n<=25 else stats.wilcoxon(a,b,method='approx',correction=False)
        m=stats.t.interval(0.95,n-1,loc=a.mean(),scale=stats.sem(a))
        cases.append(dict(a=a.tolist(),b=b.tolist(),t=t.statistic,pT=t.pvalue,differenceInterval=[ci.low,ci.high],w=w.statistic,pW=w.pvalue,meanInterval=list(m)))
quant=[dict(p=p,df=df,t=stats.t.ppf(p,df),cdf=[[x,stats.t.cdf(x,df)] for x in (-30,-3,-.5,0,.1,1,2.5,10)]) for df in (1,2,3,7,29,500) for p in (.6,.9,.975,.995,.9995)]
groups=[]
for sizes in ((2,2),(3,5,4),(1,6,2),(10,10,10,10)):
    for shift in (0.0,0.5,3.0):
        values=[np.round(rng.normal(size=n)+shift*i,6).tolist() for i,n in enumerate(sizes)]
        groups.append(dict(values=values,f=stats.f_oneway(*values).statistic))
import scipy
json.dump(dict(source=f'scipy {scipy.__version__}: ttest_rel, wilcoxon, t, f_oneway',cases=cases,quantiles=quant,groups=groups),open(__file__.replace('.py', '.json'),'w'))
